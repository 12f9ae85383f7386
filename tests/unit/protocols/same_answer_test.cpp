#include "core/protocols/conversation.hpp"
#include "core/protocols/netstring.hpp"
#include "core/support/percent_encoding.hpp"
#include "tests/support/catch.hpp"

#include <fmt/format.h>

#include <iterator>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace same_answer_test {

using namespace spfblock;
using protocols::door;

namespace {

constexpr int tables = 200;
constexpr int addresses_of_table = 500;

/// Small spaces, so that networks lie within others and addresses in them.
constexpr std::string_view spaces[]{"192.0.2.", "198.51.100.",
                                    "2001:db8::", "2001:db8:0:1::"};

std::string random_address(std::mt19937& random) {
  const std::string_view space = spaces[random() % std::size(spaces)];
  return fmt::format("{}{}", space, random() % 256);
}

net::ip_prefix random_network(std::mt19937& random) {
  const auto address = *net::ip_address::parse(random_address(random));
  const unsigned width = address.family() == net::family::ipv4 ? 32U : 128U;
  return net::ip_prefix::containing(
      address, width - static_cast<unsigned>(random() % 9));
}

table::snapshot random_table(std::mt19937& random) {
  static constexpr const char* actions[]{
      "REJECT listed by {domain}", "WARN 100% {address} in {network}", "DUNNO",
      "PREPEND X-Listed: d\xc3\xa9j\xc3\xa0 {network}",
      "550 5.7.1 %41 {domain}"};
  std::vector<table::listing> listings;
  for (unsigned i = 0; i < 1 + random() % 12; ++i) {
    const std::string name = fmt::format("d{}.example", i);
    table::listing made{
        name,
        table::action::parse(actions[random() % std::size(actions)])
            ->bind(name),
        {}};
    for (unsigned n = 0; n < random() % 4; ++n)
      made.networks.push_back(random_network(random));
    listings.push_back(std::move(made));
  }
  return table::snapshot{listings};
}

std::string request(door at, const std::string& address) {
  switch (at) {
  case door::tcp_table: return "get " + address + '\n';
  case door::policy:
    return "request=smtpd_access_policy\nclient_address=" + address + "\n\n";
  case door::socketmap:
  case door::dnsbl: break;
  }
  std::string framed;
  protocols::append_netstring("x " + address, framed);
  return framed;
}

/// All replies to the stream, which comes in random pieces.
std::string converse(door at, std::string_view stream,
                     const table::snapshot& table, std::mt19937& random) {
  protocols::counts counted;
  const protocols::lookup in{table, counted};
  protocols::conversation with_client{at};
  std::string replies;
  while (!stream.empty()) {
    std::string batch;
    stream.remove_prefix(
        with_client.feed(stream.substr(0, 1 + random() % 60), in, batch));
    replies += batch;
  }
  return replies;
}

/// Takes the first reply off: its action; DUNNO where nothing is listed.
std::string take_action(door at, std::string_view& replies) {
  if (at == door::socketmap) {
    protocols::netstring_reader reader{10'000};
    const auto reply = reader.next(replies);
    REQUIRE(reply);
    return *reply == "NOTFOUND " ? "DUNNO" : std::string{reply->substr(3)};
  }
  const std::string_view end = at == door::policy ? "\n\n" : "\n";
  const auto size = replies.find(end);
  REQUIRE(size != std::string_view::npos);
  const std::string_view reply = replies.substr(0, size);
  replies.remove_prefix(size + end.size());
  if (at == door::policy)
    return std::string{reply.substr(std::string_view{"action="}.size())};
  if (reply == "500 not listed")
    return "DUNNO";
  return percent_decode(reply.substr(4)).value();
}

} // namespace

/// Those that tell the action: dnsbl says whether it blocks.
constexpr std::size_t doors_of_actions = 3;

TEST_CASE("the doors give the same action for the same address, whatever the "
          "table and the cuts",
          "[protocols][random]") {
  std::mt19937 random{15};
  std::size_t listed = 0;
  for (int i = 0; i < tables; ++i) {
    const table::snapshot table = random_table(random);
    std::string streams[doors_of_actions];
    std::vector<std::string> addresses;
    for (int a = 0; a < addresses_of_table; ++a) {
      addresses.push_back(random_address(random));
      for (std::size_t at = 0; at < std::size(streams); ++at)
        streams[at] += request(static_cast<door>(at), addresses.back());
    }
    std::string replies[std::size(streams)];
    std::string_view rest[std::size(streams)];
    for (std::size_t at = 0; at < std::size(streams); ++at) {
      replies[at] = converse(static_cast<door>(at), streams[at], table, random);
      rest[at] = replies[at];
    }
    for (const std::string& each : addresses) {
      const std::string action = take_action(door::tcp_table, rest[0]);
      if (take_action(door::policy, rest[1]) != action ||
          take_action(door::socketmap, rest[2]) != action)
        FAIL(each << " in table " << i);
      listed += action == "DUNNO" ? 0U : 1U;
    }
    for (const std::string_view each : rest)
      REQUIRE(each.empty());
  }
  CHECK(listed > 10'000); // it is no test of nothing
}

} // namespace same_answer_test
