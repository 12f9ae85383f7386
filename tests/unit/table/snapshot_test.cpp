// Tests also: holding.
#include "core/table/snapshot.hpp"
#include "tests/support/catch.hpp"

#include <optional>
#include <random>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace snapshot_test {

using namespace spfblock;
using table::listing;
using table::snapshot;

namespace {

net::ip_address address(std::string_view text) {
  return *net::ip_address::try_parse(text);
}

listing listing_of(const std::string& name,
                   const std::vector<std::string>& networks) {
  listing made{name, table::action::parse("REJECT {domain}")->bind(name), {}};
  for (const std::string& network : networks)
    made.networks.push_back(*net::ip_prefix::parse(network));
  return made;
}

/// "NAME NETWORK", or "-".
std::string found_in(const snapshot& table, const net::ip_address& client) {
  const auto found = table.find(client);
  return found ? found->by->name + ' ' + found->network.to_string() : "-";
}

/// The same by a scan of the listings in order of precedence.
std::string scanned(const std::vector<listing>& listings,
                    const net::ip_address& client) {
  std::optional<std::pair<net::ip_prefix, std::string>> best;
  for (const listing& each : listings) {
    for (const net::ip_prefix& network : each.networks) {
      if (network.contains(client) &&
          (!best || network.length() > best->first.length()))
        best = {network, each.name};
    }
  }
  return best ? best->second + ' ' + best->first.to_string() : "-";
}

/// Crowded, so that networks nest and coincide.
net::ip_address random_address(std::mt19937& random) {
  const auto bits = static_cast<std::uint32_t>(random() & 0x0103U);
  if (random() % 2 == 0)
    return net::ip_address::ipv4(0xc0000200U ^ bits << 4U);
  return net::ip_address::ipv6(net::uint128{0x20010db8} << 96U | bits);
}

listing random_listing(std::mt19937& random, const std::string& name) {
  listing made = listing_of(name, {});
  for (auto left = random() % 6; left > 0; --left) {
    const net::ip_address inside = random_address(random);
    const unsigned longest = net::width(inside.family());
    const auto length = static_cast<unsigned>(longest - random() % 14);
    made.networks.push_back(net::ip_prefix::containing(inside, length));
  }
  return made;
}

} // namespace

TEST_CASE("the empty snapshot lists nothing", "[table][snapshot]") {
  for (const snapshot& table :
       {snapshot{}, snapshot{{}}, snapshot{{listing_of("a.example", {})}}}) {
    CHECK(!table.find(address("0.0.0.0")));
    CHECK(!table.find(address("192.0.2.1")));
    CHECK(!table.find(address("::")));
    CHECK(table.ipv4_networks() == 0);
    CHECK(table.ipv6_networks() == 0);
  }
}

TEST_CASE("the most specific network answers, whatever the order of listings",
          "[table][snapshot]") {
  const listing wide = listing_of("wide", {"192.0.2.0/24", "2001:db8::/32"});
  const listing narrow =
      listing_of("narrow", {"192.0.2.128/25", "2001:db8:1::/48"});
  for (const snapshot& table :
       {snapshot{{wide, narrow}}, snapshot{{narrow, wide}}}) {
    CHECK(found_in(table, address("192.0.2.1")) == "wide 192.0.2.0/24");
    CHECK(found_in(table, address("192.0.2.129")) == "narrow 192.0.2.128/25");
    CHECK(found_in(table, address("192.0.3.1")) == "-");
    CHECK(found_in(table, address("2001:db8::1")) == "wide 2001:db8::/32");
    CHECK(found_in(table, address("2001:db8:1::")) == "narrow 2001:db8:1::/48");
    CHECK(found_in(table, address("2001:db9::")) == "-");
  }
}

TEST_CASE("for equal networks the listing that comes first answers",
          "[table][snapshot]") {
  const listing a = listing_of("a", {"192.0.2.0/24", "2001:db8::/32"});
  const listing b = listing_of("b", {"2001:db8::/32", "192.0.2.0/24"});
  const snapshot ab{{a, b}};
  CHECK(found_in(ab, address("192.0.2.9")) == "a 192.0.2.0/24");
  CHECK(found_in(ab, address("2001:db8::9")) == "a 2001:db8::/32");
  const snapshot ba{{b, a}};
  CHECK(found_in(ba, address("192.0.2.9")) == "b 192.0.2.0/24");
  CHECK(found_in(ba, address("2001:db8::9")) == "b 2001:db8::/32");
}

TEST_CASE("a match gives the action of its own listing", "[table][snapshot]") {
  const snapshot table{{listing_of("a.example", {"192.0.2.1/32"}),
                        listing_of("b.example", {"192.0.2.2/32"})}};
  const auto found = table.find(address("192.0.2.2"));
  REQUIRE(found);
  std::string reply;
  found->by->action.append_reply(reply, address("192.0.2.2"), found->network);
  CHECK(reply == "200 REJECT b.example\n");
}

TEST_CASE("a snapshot knows of each listing whether its action blocks",
          "[table][snapshot]") {
  std::vector<listing> listings;
  for (const char* text : {"REJECT", "WARN", "DEFER", "DUNNO", "550 no"})
    listings.push_back(
        {text,
         table::action::parse(text)->bind(text),
         {*net::ip_prefix::parse("192.0.2." + std::to_string(listings.size()) +
                                 "/32")}});
  const snapshot table{std::move(listings)};
  const auto all = table.networks();
  REQUIRE(all.size() == 5);
  for (const auto& each : all) {
    INFO(each.by->name);
    CHECK(table.blocks(*each.by) == each.by->action.blocks());
  }
  CHECK(table.blocks(*table.find(address("192.0.2.0"))->by));
  CHECK_FALSE(table.blocks(*table.find(address("192.0.2.1"))->by));
}

TEST_CASE("whole families can be listed and do not meet", "[table][snapshot]") {
  const snapshot ipv4{{listing_of("all", {"0.0.0.0/0"})}};
  CHECK(found_in(ipv4, address("255.255.255.255")) == "all 0.0.0.0/0");
  CHECK(found_in(ipv4, address("::ffff:192.0.2.1")) == "all 0.0.0.0/0");
  CHECK(found_in(ipv4, address("::1")) == "-");
  const snapshot ipv6{{listing_of("all", {"::/0"})}};
  CHECK(found_in(ipv6, address("ffff::")) == "all ::/0");
  CHECK(found_in(ipv6, address("192.0.2.1")) == "-");
}

TEST_CASE("a snapshot counts distinct networks by family",
          "[table][snapshot]") {
  const snapshot table{
      {listing_of("a", {"192.0.2.0/24", "192.0.2.0/25", "2001:db8::/32"}),
       listing_of("b", {"192.0.2.0/24", "203.0.113.0/24"})}};
  CHECK(table.ipv4_networks() == 3);
  CHECK(table.ipv6_networks() == 1);
}

TEST_CASE("a snapshot answers as a scan of the listings does",
          "[table][snapshot]") {
  std::mt19937 random{1};
  unsigned hits = 0;
  for (int round = 0; round < 300; ++round) {
    std::vector<listing> listings;
    std::set<net::ip_prefix> distinct;
    for (auto left = random() % 6; left > 0; --left) {
      listings.push_back(random_listing(random, "l" + std::to_string(left)));
      distinct.insert(listings.back().networks.begin(),
                      listings.back().networks.end());
    }
    const snapshot table{listings};
    REQUIRE(table.ipv4_networks() + table.ipv6_networks() == distinct.size());
    for (int i = 0; i < 60; ++i) {
      const net::ip_address client = random_address(random);
      const std::string expected = scanned(listings, client);
      CAPTURE(client.to_string());
      REQUIRE(found_in(table, client) == expected);
      hits += expected == "-" ? 0U : 1U;
    }
  }
  CHECK(hits > 3000);
}

TEST_CASE("a snapshot tells its networks, each once, with whom answers",
          "[table][snapshot]") {
  const snapshot table{
      {listing_of("a", {"2001:db8::/32", "192.0.2.0/24"}),
       listing_of("b", {"192.0.2.0/24", "192.0.2.0/25", "10.0.0.0/8"})}};
  std::string told;
  for (const auto& each : table.networks())
    told += each.by->name + ' ' + each.network.to_string() + '\n';
  CHECK(told == "b 10.0.0.0/8\n"
                "a 192.0.2.0/24\n"
                "b 192.0.2.0/25\n"
                "a 2001:db8::/32\n");
  CHECK(snapshot{}.networks().empty());
}

} // namespace snapshot_test
