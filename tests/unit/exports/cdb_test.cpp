// The cdb export, looked up as smtpd does.
#include "core/exports/format.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/cdb_reader.hpp"
#include "tests/support/listed_table.hpp"
#include "tests/support/table_consumers.hpp"

#include <fmt/format.h>

#include <random>
#include <string>
#include <vector>

namespace cdb_test {

using namespace spfblock;
using namespace spfblock::exports;
using namespace spfblock::testing;
using table::listing;
using table::snapshot;

const provenance source{"1.0", "mx.example", {}, false};

/// The same by the file.
std::optional<std::string> asked(const cdb_reader& file,
                                 const net::ip_address& address) {
  for (const std::string& key : access_lookups(address)) {
    if (auto found = file.find(key))
      return found;
  }
  return std::nullopt;
}

/// smtpd goes on after DUNNO as after nothing.
std::optional<std::string> effect(std::optional<std::string> of) {
  return of == "DUNNO" ? std::nullopt : of;
}

std::vector<listing> random_listings(std::mt19937& random) {
  std::vector<listing> all;
  for (const char* action :
       {"REJECT listed: {domain}", "WARN {network}", "REJECT {domain}", "DUNNO",
        "REJECT listed: {domain}"}) {
    all.push_back(listing_of("d" + std::to_string(all.size() % 4) + ".example",
                             action, {}));
    for (auto left = random() % 7; left > 0; --left) {
      auto number = static_cast<std::uint32_t>(20 + random() % 2);
      for (int i = 0; i < 3; ++i)
        number = number << 8U |
                 static_cast<std::uint32_t>(
                     random() % 4 == 0 ? random() % 256 : 16 * (random() % 3));
      all.back().networks.push_back(
          net::ip_prefix::containing(net::ip_address::ipv4(number),
                                     6 + static_cast<unsigned>(random() % 27)));
    }
  }
  return all;
}

std::vector<net::ip_address> edges_of(const std::vector<listing>& listings) {
  std::vector<net::ip_address> all;
  for (const listing& each : listings) {
    for (const net::ip_prefix& network : each.networks) {
      const auto first = static_cast<std::uint32_t>(network.first().number());
      const auto last = static_cast<std::uint32_t>(network.last().number());
      for (const std::uint32_t number : {first - 1, first, last, last + 1})
        all.push_back(net::ip_address::ipv4(number));
    }
  }
  return all;
}

TEST_CASE("cdb answers as the server for every edge address",
          "[exports][random]") {
  std::mt19937 random{GENERATE(range(0U, 300U))};
  const auto listings = random_listings(random);
  const snapshot table{listings};
  const std::string octets = document(format::cdb, table, source);
  CHECK(contents_of(format::cdb, octets).left_out.empty());
  const cdb_reader file{octets};
  for (const auto& address : edges_of(listings)) {
    CAPTURE(address.to_string());
    CHECK(effect(asked(file, address)) == effect(told(table, address)));
  }
}

TEST_CASE("cdb answers as the server at the ends of the space, and for "
          "exceptions within exceptions",
          "[exports]") {
  const std::vector<std::vector<listing>> tables{
      {listing_of("ends.example", "REJECT {address}",
                  {"0.0.0.0", "255.255.255.255"})},
      {listing_of("a.example", "REJECT {domain}",
                  {"62.0.0.0/8", "62.1.2.0/24"}),
       listing_of("b.example", "WARN {domain}", {"62.1.0.0/16", "62.1.2.200"}),
       listing_of("c.example", "DUNNO", {"62.1.2.128/25", "62.1.2.0/31"})}};
  for (const auto& listings : tables) {
    const snapshot table{listings};
    const std::string octets = document(format::cdb, table, source);
    CHECK(contents_of(format::cdb, octets).left_out.empty());
    const cdb_reader file{octets};
    for (const auto& address : edges_of(listings)) {
      CAPTURE(listings.front().name, address.to_string());
      CHECK(effect(asked(file, address)) == effect(told(table, address)));
    }
  }
}

TEST_CASE("cdb has no key for all of the space, and says so", "[exports]") {
  const snapshot table{
      {listing_of("all.example", "REJECT {domain}", {"0.0.0.0/0"}),
       listing_of("one.example", "REJECT", {"192.0.2.0/24"})}};
  const std::string octets = document(format::cdb, table, source);
  CHECK(contents_of(format::cdb, octets).left_out.size() == 1);
  const cdb_reader file{octets};
  CHECK(file.find("192.0.2"));
  CHECK_FALSE(file.find("1"));
}

TEST_CASE("cdb has the address of a single host, and the network of others",
          "[exports]") {
  const snapshot table{{listing_of("spam.example", "REJECT {address}",
                                   {"192.0.2.0/31", "10.0.0.0/8"})}};
  const cdb_reader file{document(format::cdb, table, source)};
  CHECK(file.find("192.0.2.1") == "REJECT 192.0.2.1");
  CHECK(file.find("10") == "REJECT 10.0.0.0/8");
}

TEST_CASE("a /8 with ten thousand holes is one key, and one more a hole",
          "[exports]") {
  std::vector<net::ip_prefix> holes;
  for (std::uint32_t i = 0; i < 10'000; ++i)
    holes.push_back(
        *net::ip_prefix::parse(fmt::format("20.{}.{}.7", i / 200, i % 200)));
  auto blocked = net::address_set::of({*net::ip_prefix::parse("20.0.0.0/8")});
  blocked -= net::address_set::of(holes);
  listing spam = listing_of("spam.example", "REJECT {domain}", {});
  spam.networks = blocked.to_prefixes();
  const snapshot table{{spam}};
  const std::string octets = document(format::cdb, table, source);
  CHECK(contents_of(format::cdb, octets).entries == 1 + 10'000);
  const cdb_reader file{octets};
  CHECK(file.find("20") == "REJECT spam.example");
  CHECK(file.find("20.1.2.7") == "DUNNO");
  CHECK_FALSE(file.find("20.1.2"));
}

TEST_CASE("cdb says what it lacks, and what to ask for it", "[exports]") {
  const snapshot table{{listing_of("spam.example", "REJECT {domain}",
                                   {"192.0.2.0/24", "2001:db8::/32"})}};
  const std::string octets = document(format::cdb, table, source);
  const auto said = contents_of(format::cdb, octets);
  CHECK(said.entries == 1);
  REQUIRE(said.left_out.size() == 1);
  CHECK(said.left_out.front() ==
        "1 IPv6 network; behind this table ask a door, too: "
        "check_policy_service { inet:127.0.0.1:10062, default_action=DUNNO, "
        "timeout=2s }");
  const auto heading = cdb_reader{octets}.find("#");
  REQUIRE(heading);
  CHECK(heading->starts_with(
      "# access(5) for Postfix as cdb, IPv4 by octet, by spfblock 1.0 on "
      "mx.example\n# 1970-01-01 00:00 UTC, 1 IPv4 and 1 IPv6 networks\n"));
}

TEST_CASE("of more than there is room for, what takes most keys is left out",
          "[exports]") {
  // With such texts not six hundred thousand keys.
  const std::string action = "REJECT {network} " + std::string(380, 'x');
  std::vector<std::string> networks{"30.0.0.1"};
  for (int i = 0; i < 5000; ++i)
    networks.push_back(
        fmt::format("20.{}.{}.0/25", i / 200, i % 200)); // 128 keys each
  const snapshot table{{listing_of("spam.example", action, networks)}};
  const std::string octets = document(format::cdb, table, source);
  CHECK(octets.size() < std::size_t{256} << 20U);
  const auto said = contents_of(format::cdb, octets);
  CHECK(said.entries == 1);
  CHECK(said.left_out ==
        std::vector<std::string>{
            "5000 IPv4 networks that would take too many keys"});
  CHECK(cdb_reader{octets}.find("30.0.0.1"));
}

TEST_CASE("what each format holds is counted", "[exports]") {
  const snapshot table{
      {listing_of("a.example", "REJECT",
                  {"192.0.2.0/25", "192.0.2.128/25", "2001:db8::/32"}),
       listing_of("b.example", "WARN {domain}", {"198.51.100.7"})}};
  const auto entries = [&table](format as) {
    return contents_of(as, document(as, table, source)).entries;
  };
  CHECK(entries(format::plain) == 2);
  CHECK(entries(format::json) == 4);
  CHECK(entries(format::cidr) == 4);
  CHECK(entries(format::access) == 256 + 1 + 1);
  CHECK(entries(format::nftables) == 2);
  CHECK(entries(format::rbldnsd) == 3 + 4); // and the test entries
  CHECK(entries(format::dnsbl_zone) > 4);
  CHECK(entries(format::cdb) == 1 + 1);
}

TEST_CASE("the cdb of an empty table is one", "[exports]") {
  const std::string octets = document(format::cdb, snapshot{}, source);
  CHECK(contents_of(format::cdb, octets).entries == 0);
  CHECK(contents_of(format::cdb, octets).left_out.empty());
  CHECK_FALSE(cdb_reader{octets}.find("127"));
}

TEST_CASE("octets that are no document say nothing", "[exports]") {
  for (const auto name : format_names) {
    const auto as = *format_named(name);
    for (const std::string text : {"", "\n\n", "\xff\xff"}) {
      const auto said = contents_of(as, text);
      CHECK(said.left_out.empty());
    }
  }
}

} // namespace cdb_test
