#include "core/config/seen_list.hpp"
#include "tests/support/catch.hpp"

#include <fmt/format.h>

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

namespace seen_list_test {

using namespace spfblock;
using namespace std::chrono_literals;
using config::seen_network;

namespace {

constexpr std::chrono::sys_seconds noon =
    std::chrono::sys_days{std::chrono::year{2026} / 11 / 24} + 12h;

seen_network seen(std::string_view network, std::string domain = "") {
  return {*net::ip_prefix::parse(network),
          noon,
          noon + 61s,
          7,
          std::move(domain),
          false};
}

struct reading {
  std::vector<seen_network> networks;
  std::string problems;
};

reading read(std::string_view text) {
  json::problem_list problems{"seen.json"};
  reading made{config::read_seen_list(text, problems), {}};
  for (const auto& each : problems.in_order())
    made.problems += each.to_string() + '\n';
  return made;
}

} // namespace

TEST_CASE("a list of seen networks has a line for each, and is read again",
          "[config][seen_list]") {
  std::vector<seen_network> all{seen("198.51.100.7", "partner.example"),
                                seen("2001:db8:0:1::/64")};
  all[1].struck = true;
  const std::string text = config::to_json(all);
  CHECK(text == R"({"seen":[
{"network":"198.51.100.7/32","first":"2026-11-24 12:00:00","last":"2026-11-24 12:01:01","mails":7,"domain":"partner.example"},
{"network":"2001:db8:0:1::/64","first":"2026-11-24 12:00:00","last":"2026-11-24 12:01:01","mails":7,"struck":true}
]}
)");
  const auto again = read(text);
  CHECK(again.networks == all);
  CHECK(again.problems.empty());
  CHECK(read(config::to_json({})).networks.empty());
  CHECK(read(config::to_json({})).problems.empty());
}

TEST_CASE("a list of seen networks is as a person left it",
          "[config][seen_list]") {
  const auto edited = read(R"({"seen": [
  // by telephone
  {"network": "203.0.113.0/28", "domain": "Shop.Example"},
  {"network": "198.51.100.7"}]})");
  CHECK(edited.problems.empty());
  REQUIRE(edited.networks.size() == 2);
  CHECK(edited.networks[0].network.to_string() == "198.51.100.7/32");
  CHECK(edited.networks[1].domain == "shop.example");
}

TEST_CASE("what is wrong in a list of seen networks has its place, and the "
          "rest is taken",
          "[config][seen_list]") {
  const auto odd = read(R"({"seen": [
{"network": "198.51.100.7"},
{"network": "198.51.100.7/24"},
{"network": "198.51.100.7/32", "mails": 2},
{"domain": "partner.example"},
{"network": "198.51.100.8", "last": "yesterday"},
{"network": "198.51.100.8", "last": "Apr  4 04:38:12"},
{"network": "198.51.100.9", "wanted": true},
"198.51.100.10",
{"network": "198.51.100.11", "domain": "a b"},
{"network": "198.51.100.12"}
]})");
  REQUIRE(odd.networks.size() == 2);
  CHECK(odd.networks[1].network.to_string() == "198.51.100.12/32");
  CHECK(
      odd.problems ==
      "seen.json:3: /seen/1/network: host bits are set in "
      "\"198.51.100.7/24\", did you mean 198.51.100.0/24? (expected a "
      "network such as \"192.0.2.0/24\")\n"
      "seen.json:4: /seen/2: \"198.51.100.7/32\" is given twice (first at "
      "seen.json:2)\n"
      "seen.json:5: /seen/3: \"network\" is missing (expected a network)\n"
      "seen.json:6: /seen/4/last: found \"yesterday\" (expected a time such "
      "as \"2026-11-24 08:50:31\")\n"
      "seen.json:7: /seen/5/last: found \"Apr  4 04:38:12\" (expected a time "
      "such as \"2026-11-24 08:50:31\")\n"
      "seen.json:8: /seen/6/wanted: unknown setting (known: network, first, "
      "last, mails, domain, struck)\n"
      "seen.json:9: /seen/7: found \"198.51.100.10\" (expected an object)\n"
      "seen.json:10: /seen/8/domain: found \"a b\" (expected a domain name of "
      "letters, digits, hyphens and underscores)\n");
  CHECK(read("{}").problems ==
        "seen.json:1: \"seen\" is missing (expected an array of networks)\n");
  CHECK(read("").networks.empty());
  CHECK_FALSE(read("").problems.empty());
}

TEST_CASE("a list of seen networks is bounded", "[config][seen_list]") {
  std::vector<seen_network> many;
  for (std::uint32_t i = 0; i <= config::most_seen_networks; ++i)
    many.push_back(
        {net::ip_prefix::containing(net::ip_address::ipv4(i), 32), noon, noon});
  const auto cut = read(config::to_json(many));
  CHECK(cut.networks.size() == config::most_seen_networks);
  CHECK(cut.problems ==
        fmt::format("seen.json:{0}: /seen/{1}: over 100000 networks: the rest "
                    "is left out\n",
                    config::most_seen_networks + 2,
                    config::most_seen_networks));
}

} // namespace seen_list_test
