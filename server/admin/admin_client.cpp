#include "server/admin/admin_client.hpp"

#include "core/support/percent_encoding.hpp"
#include "core/support/text.hpp"
#include "server/admin/admin_port.hpp"
#include "server/system/asio_endpoint.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>

#include <chrono>
#include <cstddef>
#include <iterator>
#include <thread>
#include <utility>

namespace spfblock::server {

namespace http = boost::beast::http;

namespace {

/// How long an answer is waited for, and how long one that says "later".
constexpr std::chrono::seconds longest_wait{10};

/// Whether a server of ours may have said that: version 0.1.0 does not say who
/// it is, and never speaks HTML.
bool is_ours(const http::response<http::string_body>& reply) {
  const auto name = reply[http::field::server];
  if (!name.empty())
    return name == server_name;
  return !reply[http::field::content_type].starts_with("text/html");
}

using http_reply = http::response<http::string_body>;

/// Asks once.
result<http_reply> get_once(const net::endpoint& from,
                            const std::string& target) {
  boost::asio::ip::tcp::iostream stream;
  stream.expires_after(longest_wait);
  stream.connect(tcp_endpoint(from));
  if (!stream)
    return failure{errc::temporary,
                   from.to_string() + ": " + stream.error().message()};
  stream << "GET " + target +
                " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
         << std::flush;
  const std::string octets{std::istreambuf_iterator<char>{stream}, {}};
  if (octets.empty())
    return failure{errc::temporary, from.to_string() + " gives no answer"};

  http::response_parser<http::string_body> parser;
  parser.body_limit(boost::none);
  parser.eager(true);
  boost::system::error_code error;
  parser.put(boost::asio::buffer(octets), error);
  if (error || !parser.is_done())
    return failure{errc::malformed,
                   from.to_string() + " does not answer in HTTP"};
  if (!is_ours(parser.get()))
    return failure{errc::malformed,
                   "another program answers at " + from.to_string()};
  return parser.release();
}

} // namespace

result<std::string> admin_get(const net::endpoint& from,
                              const std::string& target) {
  constexpr std::chrono::milliseconds pause{100};
  const auto limit = std::chrono::steady_clock::now() + longest_wait;
  for (;;) {
    auto made = get_once(from, target);
    if (!made)
      return made.error();
    if (made->result() == http::status::ok)
      return (*std::move(made)).body();
    if (made->result() != http::status::service_unavailable ||
        std::chrono::steady_clock::now() >= limit)
      return failure{errc::malformed,
                     from.to_string() +
                         " says: " + std::to_string(made->result_int()) + ' ' +
                         printable(trimmed(made->body()))};
    std::this_thread::sleep_for(pause);
  }
}

std::string status_target(const std::set<std::string>& domains) {
  constexpr std::size_t longest = 4096; // half of what a header may have
  std::string target = "/status?domain=";
  for (const std::string& each : domains) {
    if (target.back() != '=')
      target += "&domain=";
    target += percent_encode_query(each);
    if (target.size() > longest)
      return "/status";
  }
  return target;
}

} // namespace spfblock::server
