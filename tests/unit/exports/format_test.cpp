// Every format, read as its consumer does, answers as the table.
//
// Tests also: access, cidr, exported_table, heading, nftables, plain, rbldnsd,
// sets, table_json.
#include "core/exports/format.hpp"
#include "core/net/address_set.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/listed_table.hpp"
#include "tests/support/table_consumers.hpp"

#include <random>
#include <set>
#include <sstream>

namespace format_test {

using namespace spfblock;
using namespace spfblock::exports;
using namespace spfblock::testing;
using table::listing;
using table::snapshot;

namespace {

const provenance source{"1.0", "mx.example", {}, false};

std::optional<std::string> blocking_listing(const snapshot& by,
                                            const net::ip_address& address) {
  const auto found = by.find(address);
  if (!found || !found->by->action.blocks())
    return std::nullopt;
  return found->by->name;
}

std::optional<std::string> reason(const std::optional<std::string>& listing) {
  if (!listing)
    return std::nullopt;
  return "listed by spfblock: " + *listing;
}

/// Nests, and has few digits, so that names of both families meet.
net::ip_address random_address(std::mt19937& random) {
  const auto pick = [&](auto... of) {
    const std::uint32_t all[]{static_cast<std::uint32_t>(of)...};
    return all[random() % sizeof...(of)];
  };
  if (random() % 2 == 0) {
    std::uint32_t number = pick(2, 2, 20);
    for (int i = 0; i < 3; ++i)
      number = number << 8U | pick(0, 1, 9, 10, 16, 200);
    return net::ip_address::ipv4(number);
  }
  net::uint128 number = pick(0x2001, 0x2001, 0x2912, 0x20a1);
  for (int i = 0; i < 7; ++i)
    number = number << 16U | pick(0, 0, 0, 1, 0x8000, 0xfff0);
  return net::ip_address::ipv6(number);
}

std::vector<listing> random_listings(std::mt19937& random,
                                     bool whole_groups = false) {
  std::vector<listing> all;
  for (const char* action :
       {"REJECT listed: {domain} {network}", "WARN {network}",
        "REJECT {domain}", "DUNNO", "450 4.7.1 later, {domain}"}) {
    all.push_back(
        listing_of("d" + std::to_string(all.size()) + ".example", action, {}));
    for (auto left = random() % 5; left > 0; --left) {
      const auto inside = random_address(random);
      unsigned length = 4 + static_cast<unsigned>(
                                random() % (net::width(inside.family()) - 3));
      if (whole_groups && inside.family() == net::family::ipv6)
        length = std::max(16U, length / 16 * 16);
      else if (inside.family() == net::family::ipv6)
        length = length / 4 * 4 + static_cast<unsigned>(random() % 2) * 4;
      all.back().networks.push_back(net::ip_prefix::containing(
          inside, std::min(length, net::width(inside.family()))));
    }
  }
  return all;
}

/// The edges of all networks, and addresses near them.
std::vector<net::ip_address> interesting(std::mt19937& random,
                                         const std::vector<listing>& listings) {
  std::vector<net::ip_address> all;
  const auto add = [&](net::family f, net::uint128 number) {
    all.push_back(
        f == net::family::ipv4
            ? net::ip_address::ipv4(static_cast<std::uint32_t>(number))
            : net::ip_address::ipv6(number));
  };
  for (const listing& each : listings) {
    for (const net::ip_prefix& network : each.networks) {
      const auto f = network.family();
      add(f, network.first().number());
      add(f, network.last().number());
      add(f, network.first().number() - 1);
      add(f, network.last().number() + 1);
    }
  }
  for (int i = 0; i < 300; ++i)
    all.push_back(random_address(random));
  return all;
}

std::string body_of(format as, const snapshot& table) {
  std::string text;
  for (const auto& line : lines_without(document(as, table, source),
                                        as == format::dnsbl_zone ? ';' : '#'))
    text += line + '\n';
  return text;
}

} // namespace

TEST_CASE("cidr and access answer with the action of the server",
          "[exports][random]") {
  std::mt19937 random{GENERATE(range(0U, 40U))};
  const auto listings = random_listings(random);
  const snapshot table{listings};
  const std::string patterns = document(format::cidr, table, source);
  const access_model keys{document(format::access, table, source)};
  for (const auto& address : interesting(random, listings)) {
    CAPTURE(address.to_string());
    const auto expected = told(table, address);
    CHECK(ask_cidr(patterns, address) == expected);
    const auto answer = keys.ask(address);
    if (address.family() == net::family::ipv4 || answer)
      CHECK(answer == expected);
  }
}

TEST_CASE("access that leaves nothing out answers for every IPv6 address",
          "[exports][random]") {
  unsigned whole = 0;
  for (unsigned seed = 0; seed < 200; ++seed) {
    CAPTURE(seed);
    std::mt19937 random{seed};
    const auto listings = random_listings(random, true);
    const snapshot table{listings};
    const std::string text = document(format::access, table, source);
    if (!told_left_out(text).empty())
      continue;
    ++whole;
    const access_model keys{text};
    for (const auto& address : interesting(random, listings)) {
      CAPTURE(address.to_string());
      CHECK(keys.ask(address) == told(table, address));
    }
  }
  CHECK(whole > 20);
}

TEST_CASE("the sets hold exactly the addresses that are blocked",
          "[exports][random]") {
  std::mt19937 random{GENERATE(range(0U, 40U))};
  const auto listings = random_listings(random);
  const snapshot table{listings};
  const std::string plain_text = document(format::plain, table, source);
  const std::string sets = document(format::nftables, table, source);
  for (const auto& address : interesting(random, listings)) {
    CAPTURE(address.to_string());
    const bool blocked = blocking_listing(table, address).has_value();
    CHECK(set_contains(plain_text, address) == blocked);
    CHECK(set_contains(sets, address) == blocked);
  }
}

TEST_CASE("the networks of a set are disjoint", "[exports][random]") {
  std::mt19937 random{GENERATE(range(0U, 20U))};
  const snapshot table{random_listings(random)};
  std::vector<net::ip_prefix> networks;
  for (const auto& line :
       lines_without(document(format::plain, table, source), '#'))
    networks.push_back(*net::ip_prefix::parse(line));
  for (std::size_t i = 1; i < networks.size(); ++i) {
    CAPTURE(networks[i - 1].to_string(), networks[i].to_string());
    CHECK(networks[i - 1] < networks[i]);
    CHECK_FALSE(networks[i - 1].covers(networks[i]));
  }
}

TEST_CASE("both DNSBLs list exactly what is blocked, and say by whose word",
          "[exports][random]") {
  std::mt19937 random{GENERATE(range(0U, 60U))};
  const auto listings = random_listings(random);
  const snapshot table{listings};
  const std::string data = document(format::rbldnsd, table, source);
  const zone_model zone{document(format::dnsbl_zone, table, source)};
  for (const auto& address : interesting(random, listings)) {
    CAPTURE(address.to_string());
    const auto expected = reason(blocking_listing(table, address));
    CHECK(zone.ask(address) == expected);
    CHECK(ask_rbldnsd(data, address) ==
          (expected ? std::optional{address.to_string() + " is " + *expected}
                    : std::nullopt));
  }
}

TEST_CASE("a DNSBL lists 127.0.0.2 and not 127.0.0.1, whatever the table holds",
          "[exports]") {
  for (const std::vector<std::string>& networks :
       {std::vector<std::string>{}, {"127.0.0.0/8"}, {"127.0.0.1/32"}}) {
    const snapshot table{{listing_of("a.example", "REJECT", networks)}};
    const std::string data = document(format::rbldnsd, table, source);
    const zone_model zone{document(format::dnsbl_zone, table, source)};
    const auto unlisted = net::ip_address::ipv4(0x7f000001);
    const auto listed = net::ip_address::ipv4(0x7f000002);
    CHECK_FALSE(zone.ask(unlisted));
    CHECK_FALSE(ask_rbldnsd(data, unlisted));
    CHECK(zone.ask(listed) == "listed by spfblock: test entry");
    CHECK(ask_rbldnsd(data, listed) ==
          "127.0.0.2 is listed by spfblock: test entry");
  }
}

TEST_CASE("the text of each format", "[exports]") {
  const snapshot table{
      {listing_of("192.0.2.128/25", "WARN {domain}", {"192.0.2.128/25"}),
       listing_of("a\\.b.example", "reject \"{domain}\" {network} {address}",
                  {"192.0.2.0/24", "198.51.100.7/32", "2001:db8::/47"})}};

  CHECK(body_of(format::plain, table) == "192.0.2.0/25\n"
                                         "198.51.100.7/32\n"
                                         "2001:db8::/47\n");
  CHECK(body_of(format::cidr, table) ==
        "192.0.2.128/25\tWARN 192.0.2.128/25\n"
        "192.0.2.0/24\treject \"a\\.b.example\" 192.0.2.0/24 192.0.2.0/24\n"
        "198.51.100.7/32\treject \"a\\.b.example\" 198.51.100.7/32 "
        "198.51.100.7\n"
        "2001:db8::/47\treject \"a\\.b.example\" 2001:db8::/47 "
        "2001:db8::/47\n");
  CHECK(body_of(format::nftables, table) ==
        "add table inet spfblock\n"
        "add set inet spfblock listed_ipv4 { type ipv4_addr; flags interval; "
        "}\n"
        "flush set inet spfblock listed_ipv4\n"
        "add element inet spfblock listed_ipv4 {\n"
        "  192.0.2.0/25,\n"
        "  198.51.100.7/32,\n"
        "}\n"
        "add set inet spfblock listed_ipv6 { type ipv6_addr; flags interval; "
        "}\n"
        "flush set inet spfblock listed_ipv6\n"
        "add element inet spfblock listed_ipv6 {\n"
        "  2001:db8::/47,\n"
        "}\n");
  CHECK(body_of(format::rbldnsd, table) ==
        "$SOA 1h localhost hostmaster.localhost 0 1h 10m 7d 5m\n"
        "$NS 1h localhost\n"
        "$TTL 5m\n"
        "$DATASET ip4trie:ipv4 @\n"
        "!127.0.0.1\n"
        "127.0.0.2 :127.0.0.2:$ is listed by spfblock: test entry\n"
        "192.0.2.0/24 :127.0.0.2:$ is listed by spfblock: a\\.b.example\n"
        "!192.0.2.128/25\n"
        "198.51.100.7/32 :127.0.0.2:$ is listed by spfblock: a\\.b.example\n"
        "$DATASET ip6trie:ipv6 @\n"
        "!::ffff:7f00:1\n"
        "::ffff:7f00:2 :127.0.0.2:$ is listed by spfblock: test entry\n"
        "2001:db8::/47 :127.0.0.2:$ is listed by spfblock: a\\.b.example\n");
  CHECK(body_of(format::json, table) ==
        "{\n"
        "\"at\": 0,\n"
        "\"version\": \"1.0\",\n"
        "\"host\": \"mx.example\",\n"
        "\"from_state_file\": false,\n"
        "\"networks\": [\n"
        "{\"network\": \"192.0.2.0/24\", \"listing\": \"a\\\\.b.example\", "
        "\"action\": \"reject \\\"a\\\\.b.example\\\" 192.0.2.0/24 "
        "192.0.2.0/24\", \"blocks\": true},\n"
        "{\"network\": \"192.0.2.128/25\", \"listing\": \"192.0.2.128/25\", "
        "\"action\": \"WARN 192.0.2.128/25\", \"blocks\": false},\n"
        "{\"network\": \"198.51.100.7/32\", \"listing\": \"a\\\\.b.example\", "
        "\"action\": \"reject \\\"a\\\\.b.example\\\" 198.51.100.7/32 "
        "198.51.100.7\", \"blocks\": true},\n"
        "{\"network\": \"2001:db8::/47\", \"listing\": \"a\\\\.b.example\", "
        "\"action\": \"reject \\\"a\\\\.b.example\\\" 2001:db8::/47 "
        "2001:db8::/47\", \"blocks\": true}\n"
        "]\n"
        "}\n");
}

TEST_CASE("a zone has a wildcard a network, an escaped reason, its test entry",
          "[exports]") {
  const snapshot table{{listing_of("a\\.b.example", "REJECT",
                                   {"192.0.2.0/24", "198.51.0.0/17"})}};
  const std::string text = body_of(format::dnsbl_zone, table);
  CHECK(text.starts_with(
      "$TTL 300\n"
      "@ SOA localhost. hostmaster.localhost. 0 3600 600 604800 60\n"
      "@ NS localhost.\n"));
  CHECK(text.find("\n*.2.0.192 A 127.0.0.2\n"
                  " TXT \"listed by spfblock: a\\\\.b.example\"\n") !=
        std::string::npos);
  CHECK(text.find("\n*.127.51.198 A ") != std::string::npos);
  CHECK(text.find("\n*.128.51.198 A ") == std::string::npos);
  CHECK(text.find("\n2.0.0.127 A ") != std::string::npos);
  CHECK(text.find("\n2.0.0.0.0.0.f.7.f.f.f.f.0.0.") != std::string::npos);
}

TEST_CASE("access: split at octets and groups, compressed as inet_ntop does",
          "[exports]") {
  const snapshot table{
      {listing_of("a.example", "REJECT {address}",
                  {"192.0.2.0/31", "198.51.0.0/23", "10.0.0.0/8",
                   "172.16.0.0/15", "2001:db8::/32", "2001:db8:5::/48",
                   "2001:db9:0:0::/64", "2001:dba:1:2:2::/79"})}};
  CHECK(body_of(format::access, table) ==
        "10\tREJECT 10.0.0.0/8\n"
        "172.16\tREJECT 172.16.0.0/15\n"
        "172.17\tREJECT 172.16.0.0/15\n"
        "192.0.2.0\tREJECT 192.0.2.0\n"
        "192.0.2.1\tREJECT 192.0.2.1\n"
        "198.51.0\tREJECT 198.51.0.0/23\n"
        "198.51.1\tREJECT 198.51.0.0/23\n"
        "2001:db8\tREJECT 2001:db8::/32\n"
        "2001:db8:5\tREJECT 2001:db8:5::/48\n"
        "2001:db9:0:0\tREJECT 2001:db9::/64\n"
        "2001:db9:\tREJECT 2001:db9::/64\n"
        "2001:dba:1:2:2\tREJECT 2001:dba:1:2:2::/79\n"
        "2001:dba:1:2:3\tREJECT 2001:dba:1:2:2::/79\n");
}

TEST_CASE("access: no key has two actions, whatever is listed", "[exports]") {
  const snapshot table{{listing_of("four", "WARN four", {"0.0.0.0/0"}),
                        listing_of("six", "REJECT six", {"::/0"})}};
  std::set<std::string> keys;
  std::istringstream lines{body_of(format::access, table)};
  for (std::string line; std::getline(lines, line);) {
    const std::string key = line.substr(0, line.find('\t'));
    if (!keys.insert(key).second)
      FAIL_CHECK(line);
  }
  CHECK(keys.contains("100"));
  CHECK(keys.contains("2001"));
}

TEST_CASE("access: a network without exact keys takes what is around it along",
          "[exports]") {
  const snapshot table{
      {listing_of("friend.example", "OK", {"2001:db8:1::25/128"}),
       listing_of("spam.example", "REJECT",
                  {"2001:db8::/32", "2001:db8:1::/48", "2001:db9::/32"})}};
  const std::string text = document(format::access, table, source);
  CHECK(body_of(format::access, table) == "2001:db9\tREJECT\n");
  REQUIRE(told_left_out(text).size() == 1);
  CHECK(told_left_out(text)[0].starts_with("3 IPv6 networks "));
}

TEST_CASE("a heading says what, when, from where, how much and what lacks",
          "[exports]") {
  const snapshot table{
      {listing_of("a.example", "REJECT", {"192.0.2.0/25", "192.0.2.128/25"}),
       listing_of("b.example", "WARN", {"2001:db8::/32"})}};
  provenance from = source;
  from.at = std::chrono::sys_seconds{std::chrono::seconds{1795510800}};
  from.from_state_file = true;
  const std::string text = document(format::plain, table, from);
  CHECK(text ==
        "# Blocked networks, by spfblock 1.0 on mx.example\n"
        "# 2026-11-24 09:00 UTC, 1 IPv4 and 0 IPv6 networks, from the state "
        "file\n"
        "# left out: 1 network whose action does not block\n"
        "#   a network a line, disjoint; # begins a comment\n"
        "192.0.2.0/24\n");
  CHECK(told_left_out(text) ==
        std::vector<std::string>{"1 network whose action does not block"});
}

TEST_CASE("the empty table leaves every format well-formed", "[exports]") {
  CHECK(body_of(format::plain, snapshot{}).empty());
  CHECK(body_of(format::cidr, snapshot{}).empty());
  CHECK(body_of(format::access, snapshot{}).empty());
  CHECK(body_of(format::nftables, snapshot{}).find("element") ==
        std::string::npos);
  CHECK(body_of(format::json, snapshot{}).ends_with("\"networks\": [\n]\n}\n"));
}

TEST_CASE("formats are found by their names", "[exports]") {
  for (std::size_t i = 0; i < format_names.size(); ++i)
    CHECK(format_named(format_names[i]) == static_cast<format>(i));
  CHECK_FALSE(format_named("zone"));
  CHECK_FALSE(format_named(""));
}

} // namespace format_test
