#include "core/net/address_set.hpp"
#include "tests/support/catch.hpp"

#include <initializer_list>
#include <limits>
#include <string>

namespace address_set_test {

using namespace spfblock;
using namespace spfblock::net;

namespace {

address_set set(std::initializer_list<const char*> texts) {
  std::vector<ip_prefix> prefixes;
  for (const char* text : texts) {
    const auto prefix = ip_prefix::parse(text);
    REQUIRE(prefix);
    prefixes.push_back(*prefix);
  }
  return address_set::of(prefixes);
}

std::string text(const address_set& s) {
  std::string joined;
  for (const auto& prefix : s.to_prefixes())
    joined += (joined.empty() ? "" : " ") + prefix.to_string();
  return joined;
}

bool contains(const address_set& s, const char* address) {
  const auto parsed = ip_address::parse(address);
  REQUIRE(parsed);
  return s.contains(*parsed);
}

constexpr std::uint64_t most = std::numeric_limits<std::uint64_t>::max();

} // namespace

TEST_CASE("address_set: the union of prefixes is the fewest prefixes",
          "[net][address_set]") {
  CHECK(text(set({})).empty());
  CHECK(text(set({"2001:db8:1::/48", "192.0.2.128/25", "2001:db8::/48",
                  "192.0.2.0/25", "192.0.2.7"})) ==
        "192.0.2.0/24 2001:db8::/47");
  CHECK(text(set({"10.0.1.0/24", "10.0.2.0/24"})) == "10.0.1.0/24 10.0.2.0/24");
  CHECK(text(set({"0.0.0.0/1", "128.0.0.0/1", "::/1", "8000::/1"})) ==
        "0.0.0.0/0 ::/0");
}

TEST_CASE("address_set: one prefix is the set of its addresses",
          "[net][address_set]") {
  for (const char* network :
       {"0.0.0.0/0", "192.0.2.0/24", "192.0.2.1/32", "255.255.255.255/32",
        "::/0", "::/80", "::fffe:0:0/95", "2001:db8::/32", "2001:db8::1/128",
        "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff/128"}) {
    CAPTURE(network);
    const auto prefix = ip_prefix::parse(network);
    REQUIRE(prefix);
    const address_set one{*prefix};
    CHECK(text(one) == network);
    CHECK(one == set({network}));
    CHECK(one.contains(prefix->first()));
    CHECK(one.contains(prefix->last()));
    CHECK_FALSE(one.empty());
  }
}

TEST_CASE("address_set: union, intersection and difference of both families",
          "[net][address_set]") {
  const auto a = set({"192.0.2.0/24", "2001:db8::/32"});
  const auto b = set({"192.0.2.128/25", "198.51.100.0/24", "2001:db8:8::/48"});

  CHECK(text(a | b) == "192.0.2.0/24 198.51.100.0/24 2001:db8::/32");
  CHECK(text(a & b) == "192.0.2.128/25 2001:db8:8::/48");
  CHECK(text(b - a) == "198.51.100.0/24");
  CHECK(text((a - b).only(family::ipv4)) == "192.0.2.0/25");
  CHECK(((a - b) | (a & b)) == a);
  CHECK((a - a).empty());

  auto changed = a;
  changed |= b;
  CHECK(changed == (a | b));
  changed &= b;
  CHECK(changed == b);
  changed -= a;
  CHECK(changed == (b - a));
}

TEST_CASE("address_set: the families do not meet", "[net][address_set]") {
  const auto four = address_set::everything(family::ipv4);
  const auto six = address_set::everything(family::ipv6);
  CHECK(text(four) == "0.0.0.0/0");
  CHECK(text(six) == "::/0");
  CHECK((four & six).empty());
  CHECK((four | six).only(family::ipv4) == four);
  CHECK((four | six).only(family::ipv6) == six);
  CHECK(contains(four, "192.0.2.1"));
  CHECK_FALSE(contains(four, "::192.0.2.1"));
  CHECK(contains(six, "::192.0.2.1"));
  CHECK_FALSE(contains(six, "::ffff:192.0.2.1"));
  CHECK(contains(four, "::ffff:192.0.2.1"));
}

TEST_CASE("address_set: IPv4-mapped numbers never come out as a prefix",
          "[net][address_set]") {
  // What a record with "-ip6:::fffe:0:0/96 ip6:::fffe:0:0/95" amounts to.
  CHECK(text(set({"::fffe:0:0/95"}) - set({"::fffe:0:0/96"})).empty());
  CHECK(text(set({"::/80"}) - set({"::/81", "::8000:0:0/82", "::c000:0:0/83",
                                   "::e000:0:0/84"})) == "::f000:0:0/84");
  const auto cut = address_set::everything(family::ipv6) - set({"::/81"});
  for (const auto& prefix : cut.to_prefixes())
    CHECK(prefix.family() == family::ipv6);
}

TEST_CASE("address_set: counts the prefixes that it gives, and their lengths",
          "[net][address_set]") {
  const auto mixed =
      set({"192.0.2.0/25", "10.0.0.0/9", "2001:db8::/48", "2001:db8:8::1/128"});
  CHECK(mixed.prefix_count() == 4);
  CHECK(mixed.shortest_length(family::ipv4) == 9U);
  CHECK(mixed.shortest_length(family::ipv6) == 48U);
  CHECK_FALSE(set({"192.0.2.1"}).shortest_length(family::ipv6));
  CHECK(address_set::everything(family::ipv6).shortest_length(family::ipv6) ==
        0U);
  const auto mapped = set({"::fffe:0:0/95"}) - set({"::fffe:0:0/96"});
  CHECK_FALSE(mapped.empty());
  CHECK(mapped.prefix_count() == 0);
  CHECK_FALSE(mapped.shortest_length(family::ipv6));
}

TEST_CASE("address_set: the canonical set has no IPv4-mapped numbers alone",
          "[net][address_set]") {
  const auto plain = set({"192.0.2.0/25", "2001:db8::/48", "::/95"});
  CHECK(plain.canonical() == plain);
  const auto cut = set({"::fffe:0:0/95", "2001:db8::/48", "192.0.2.1"}) -
                   set({"::fffe:0:0/96"});
  CHECK(cut.canonical() == set({"2001:db8::/48", "192.0.2.1"}));
  const auto all = address_set::everything(family::ipv6);
  CHECK(all.canonical() == all);
}

TEST_CASE("address_set: a network is taken out of one family",
          "[net][address_set]") {
  const auto network = [](const char* text) { return *ip_prefix::parse(text); };
  auto rest = set({"192.0.2.0/24", "2001:db8::/32"});
  CHECK(rest.within(network("192.0.2.0/25")) == set({"192.0.2.0/25"}));
  CHECK(rest.within(network("198.51.100.0/24")).empty());
  CHECK(rest.within(network("2001::/16")) == set({"2001:db8::/32"}));
  CHECK(rest.extract(network("192.0.2.0/25")) == set({"192.0.2.0/25"}));
  CHECK(rest.extract(network("198.51.100.0/24")).empty());
  CHECK(rest.extract(network("2001::/16")) == set({"2001:db8::/32"}));
  CHECK(rest == set({"192.0.2.128/25"}));
}

TEST_CASE("address_set: counts IPv4 addresses, up to all",
          "[net][address_set]") {
  CHECK(set({}).ipv4_count() == 0);
  CHECK(set({"2001:db8::/32"}).ipv4_count() == 0);
  CHECK(set({"192.0.2.1", "192.0.2.1", "198.51.100.0/24"}).ipv4_count() == 257);
  CHECK(address_set::everything(family::ipv4).ipv4_count() == std::uint64_t{1}
                                                                  << 32U);
}

TEST_CASE("address_set: counts each /64 that is touched once",
          "[net][address_set]") {
  CHECK(set({"192.0.2.0/24"}).ipv6_slash64_count() == 0);
  CHECK(set({"2001:db8::1"}).ipv6_slash64_count() == 1);
  CHECK(
      set({"2001:db8::1", "2001:db8::3", "2001:db8::5"}).ipv6_slash64_count() ==
      1);
  CHECK(set({"2001:db8::1", "2001:db8:0:1::", "2001:db8:0:1::2"})
            .ipv6_slash64_count() == 2);
  CHECK(set({"2001:db8::/32"}).ipv6_slash64_count() == std::uint64_t{1} << 32U);
  // One range from the middle of a /64 to the middle of the next.
  CHECK((set({"2001:db8::/63"}) -
         set({"2001:db8::/65", "2001:db8:0:1:8000::/65"}))
            .ipv6_slash64_count() == 2);
  const auto all = address_set::everything(family::ipv6);
  CHECK(all.ipv6_slash64_count() == most); // of 2^64
  CHECK((all - set({"2001:db8::/64"})).ipv6_slash64_count() == most);
  CHECK((all - set({"2001:db8::/63"})).ipv6_slash64_count() == most - 1);
}

} // namespace address_set_test
