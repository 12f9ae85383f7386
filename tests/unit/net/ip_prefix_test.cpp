#include "core/net/ip_prefix.hpp"
#include "tests/support/catch.hpp"

#include <algorithm>
#include <random>
#include <vector>

namespace ip_prefix_test {

using namespace spfblock;
using namespace spfblock::net;

namespace {

ip_prefix prefix(const char* text) {
  const auto parsed = ip_prefix::parse(text);
  REQUIRE(parsed);
  return *parsed;
}

ip_address address(const char* text) {
  const auto parsed = ip_address::parse(text);
  REQUIRE(parsed);
  return *parsed;
}

} // namespace

TEST_CASE("ip_prefix::parse reads an address and a length",
          "[net][ip_prefix]") {
  struct row {
    const char* text;
    const char* written;
    const char* first;
    const char* last;
    unsigned length;
  };
  const row rows[] = {
      {"192.0.2.0/24", "192.0.2.0/24", "192.0.2.0", "192.0.2.255", 24},
      {"192.0.2.1", "192.0.2.1/32", "192.0.2.1", "192.0.2.1", 32},
      {"192.0.2.1/32", "192.0.2.1/32", "192.0.2.1", "192.0.2.1", 32},
      {"0.0.0.0/0", "0.0.0.0/0", "0.0.0.0", "255.255.255.255", 0},
      {"128.0.0.0/1", "128.0.0.0/1", "128.0.0.0", "255.255.255.255", 1},
      {"::/0", "::/0", "::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", 0},
      {"2001:DB8::/32", "2001:db8::/32",
       "2001:db8::", "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff", 32},
      {"2001:db8::/64", "2001:db8::/64",
       "2001:db8::", "2001:db8::ffff:ffff:ffff:ffff", 64},
      {"2001:db8::/65", "2001:db8::/65",
       "2001:db8::", "2001:db8::7fff:ffff:ffff:ffff", 65},
      {"2001:db8::1", "2001:db8::1/128", "2001:db8::1", "2001:db8::1", 128},
      {"::ffff:192.0.2.1", "192.0.2.1/32", "192.0.2.1", "192.0.2.1", 32},
      {"::ffff:192.0.2.0/120", "192.0.2.0/24", "192.0.2.0", "192.0.2.255", 24},
      {"::ffff:0:0/96", "0.0.0.0/0", "0.0.0.0", "255.255.255.255", 0},
      {"::/80", "::/80", "::", "::fffe:ffff:ffff", 80},
      {"::fffe:0:0/95", "::fffe:0:0/95", "::fffe:0:0", "::fffe:ffff:ffff", 95},
      {"::fffe:0:0/96", "::fffe:0:0/96", "::fffe:0:0", "::fffe:ffff:ffff", 96},
  };
  for (const row& r : rows) {
    CAPTURE(r.text);
    const auto parsed = ip_prefix::parse(r.text);
    REQUIRE(parsed);
    CHECK(parsed->to_string() == r.written);
    CHECK(parsed->first().to_string() == r.first);
    CHECK(parsed->last().to_string() == r.last);
    CHECK(parsed->length() == r.length);
    CHECK(parsed->family() == parsed->last().family());
  }
}

TEST_CASE("ip_prefix::parse says what is wrong, and where",
          "[net][ip_prefix]") {
  struct row {
    const char* text;
    errc code;
    std::size_t offset;
    const char* message;
  };
  const row rows[] = {
      {"", errc::malformed, 0, R"("" is not an IP address)"},
      {"/24", errc::malformed, 0, R"("" is not an IP address)"},
      {"192.0.2/24", errc::malformed, 0, R"("192.0.2" is not an IP address)"},
      {"spam.example", errc::malformed, 0,
       R"("spam.example" is not an IP address)"},
      {"192.0.2.0/", errc::malformed, 10, R"("" is not a prefix length)"},
      {"192.0.2.0/024", errc::malformed, 10, R"("024" is not a prefix length)"},
      {"192.0.2.0/+24", errc::malformed, 10, R"("+24" is not a prefix length)"},
      {"192.0.2.0/24 ", errc::malformed, 10, R"("24 " is not a prefix length)"},
      {"192.0.2.0/24/24", errc::malformed, 10,
       R"("24/24" is not a prefix length)"},
      {"192.0.2.0/255.255.255.0", errc::malformed, 10,
       R"("255.255.255.0" is not a prefix length)"},
      {"192.0.2.0/33", errc::out_of_range, 10, "prefix length 33 is over 32"},
      {"2001:db8::/129", errc::out_of_range, 11,
       "prefix length 129 is over 128"},
      {"192.0.2.0/18446744073709551640", errc::out_of_range, 10,
       "prefix length 18446744073709551640 is over 32"},
      {"192.0.2.1/24", errc::out_of_range, 0,
       R"(host bits are set in "192.0.2.1/24", did you mean 192.0.2.0/24?)"},
      {"2001:db8::1/64", errc::out_of_range, 0,
       R"(host bits are set in "2001:db8::1/64", )"
       R"(did you mean 2001:db8::/64?)"},
      {"::ffff:192.0.2.0/95", errc::out_of_range, 17,
       "prefix length 95 of an IPv4-mapped address is below 96"},
      {"::ffff:192.0.2.0/129", errc::out_of_range, 17,
       "prefix length 129 is over 128"},
  };
  for (const row& r : rows) {
    CAPTURE(r.text);
    const auto parsed = ip_prefix::parse(r.text);
    REQUIRE_FALSE(parsed);
    CHECK(parsed.error().code == r.code);
    CHECK(parsed.error().offset == r.offset);
    CHECK(parsed.error().message == r.message);
  }
}

TEST_CASE("ip_prefix: masks have as many ones as the length says",
          "[net][ip_prefix]") {
  for (const family f : {family::ipv4, family::ipv6}) {
    for (unsigned length = 0; length <= width(f); ++length) {
      CAPTURE(width(f), length);
      const uint128 network = network_mask(f, length);
      const uint128 host = host_mask(f, length);
      bool right = true;
      for (unsigned bit = 0; bit < 128; ++bit) {
        const bool is_network = bit < width(f) && bit >= width(f) - length;
        const bool is_host = bit < width(f) - length;
        right = right && (network >> bit & 1U) == (is_network ? 1U : 0U) &&
                (host >> bit & 1U) == (is_host ? 1U : 0U);
      }
      CHECK(right);
    }
  }
}

TEST_CASE("ip_prefix: contains its first to its last address and no others",
          "[net][ip_prefix]") {
  struct row {
    const char* network;
    const char* inside[2];
    const char* outside[3];
  };
  const row rows[] = {
      {"192.0.2.0/24",
       {"192.0.2.0", "192.0.2.255"},
       {"192.0.1.255", "192.0.3.0", "::c000:200"}},
      {"0.0.0.0/0", {"0.0.0.0", "255.255.255.255"}, {"::", "::1", "1::"}},
      {"::/0",
       {"::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"},
       {"0.0.0.0", "255.255.255.255", "::ffff:1.2.3.4"}},
      {"2001:db8:0:1::/64",
       {"2001:db8:0:1::", "2001:db8:0:1:ffff:ffff:ffff:ffff"},
       {"2001:db8::ffff:ffff:ffff:ffff", "2001:db8:0:2::", "0.0.0.1"}},
      {"2001:db8::1/128",
       {"2001:db8::1", "2001:0db8:0::1"},
       {"2001:db8::", "2001:db8::2", "0.0.0.1"}},
  };
  for (const row& r : rows) {
    for (const char* text : r.inside) {
      CAPTURE(r.network, text);
      CHECK(prefix(r.network).contains(address(text)));
    }
    for (const char* text : r.outside) {
      CAPTURE(r.network, text);
      CHECK_FALSE(prefix(r.network).contains(address(text)));
    }
  }
}

TEST_CASE("ip_prefix: containing clears the host bits", "[net][ip_prefix]") {
  const auto four = address("192.0.2.255");
  CHECK(ip_prefix::containing(four, 32).to_string() == "192.0.2.255/32");
  CHECK(ip_prefix::containing(four, 25).to_string() == "192.0.2.128/25");
  CHECK(ip_prefix::containing(four, 0) == ip_prefix{});
  const auto six = address("2001:db8::ffff:ffff");
  CHECK(ip_prefix::containing(six, 128).to_string() ==
        "2001:db8::ffff:ffff/128");
  CHECK(ip_prefix::containing(six, 97).to_string() == "2001:db8::8000:0/97");
  CHECK(ip_prefix::containing(six, 0).to_string() == "::/0");
}

TEST_CASE("ip_prefix: covers is what the first and last addresses say",
          "[net][ip_prefix][random]") {
  std::mt19937 random{7};
  const auto below = [&random](unsigned n) {
    return static_cast<unsigned>(random() % n);
  };
  std::vector<ip_prefix> prefixes;
  for (unsigned i = 0; i < 60; ++i) {
    // Few significant bits, so that many cover each other.
    const auto number = static_cast<std::uint32_t>(random() & 0xc0000001U);
    const auto six = uint128{number} << 96U | (number & 1U);
    prefixes.push_back(
        i % 2 == 0 ? ip_prefix::containing(ip_address::ipv4(number), below(33))
                   : ip_prefix::containing(ip_address::ipv6(six), below(129)));
  }
  for (const auto& a : prefixes)
    for (const auto& b : prefixes) {
      CAPTURE(a.to_string(), b.to_string());
      CHECK(a.covers(b) == (a.family() == b.family() &&
                            a.first() <= b.first() && b.last() <= a.last()));
    }
}

TEST_CASE("ip_prefix: a covering prefix sorts before what it covers",
          "[net][ip_prefix]") {
  const char* ascending[] = {"0.0.0.0/0",    "0.0.0.0/8",     "10.0.0.0/8",
                             "10.0.0.0/24",  "10.0.0.0/32",   "10.0.0.1/32",
                             "10.0.1.0/24",  "255.0.0.0/8",   "::/0",
                             "::/128",       "2001:db8::/32", "2001:db8::/64",
                             "2001:db8::/65"};
  for (std::size_t i = 0; i < std::size(ascending); ++i)
    for (std::size_t j = 0; j < std::size(ascending); ++j) {
      CAPTURE(ascending[i], ascending[j]);
      CHECK((prefix(ascending[i]) < prefix(ascending[j])) == (i < j));
    }
}

} // namespace ip_prefix_test
