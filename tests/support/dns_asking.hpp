// What the tests of dns_client share.
#pragma once

#include "server/dns/dns_client.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/run_until.hpp"
#include "tests/support/scripted_server.hpp"

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace spfblock::testing {

using messages = std::vector<std::string>;

inline dns::question txt(const std::string& owner) {
  return {*dns::name::from_text(owner), dns::rr_type::txt};
}

/// A client of `servers`.
/// @param timeout ample where an answer comes; a second where none does
inline server::dns_client::settings
asking(std::vector<net::scoped_endpoint> servers,
       std::chrono::milliseconds timeout = std::chrono::seconds{30}) {
  server::dns_client::settings by;
  by.exchange.servers = std::move(servers);
  by.exchange.attempts = 2;
  by.exchange.timeout = timeout;
  return by;
}

inline std::shared_ptr<dns::asker> an_asker() {
  return std::make_shared<dns::asker>();
}

inline std::optional<dns::answer> ask(boost::asio::io_context& io,
                                      server::dns_client& client,
                                      const std::string& owner) {
  std::optional<dns::answer> got;
  client.resolve(txt(owner), an_asker(),
                 [&got](const dns::answer& a) { got = a; });
  CHECK_FALSE(got); // never from within the call
  REQUIRE(run_until(io, [&] { return got.has_value(); }));
  return got;
}

/// Answers everything but what is asked below "silent.example".
inline messages answer_unless_silent(const received_query& query) {
  if (query.question.find(wire_name("silent.example")) != std::string::npos)
    return {};
  return {txt_reply(query, "heard").octets()};
}

} // namespace spfblock::testing
