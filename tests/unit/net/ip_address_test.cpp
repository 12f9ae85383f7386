#include "core/net/ip_address.hpp"
#include "tests/support/catch.hpp"

#include <random>
#include <string>

namespace ip_address_test {

using namespace spfblock;
using namespace spfblock::net;

namespace {

constexpr uint128 number_of(std::uint64_t high, std::uint64_t low) {
  return uint128{high} << 64U | low;
}

} // namespace

TEST_CASE("ip_address: a text is the number of its octets in network order",
          "[net][ip_address]") {
  struct row {
    const char* text;
    family of;
    uint128 number;
    const char* written;
  };
  const row rows[] = {
      {"0.0.0.0", family::ipv4, 0, "0.0.0.0"},
      {"192.0.2.1", family::ipv4, 0xc0000201, "192.0.2.1"},
      {"255.255.255.255", family::ipv4, 0xffffffff, "255.255.255.255"},
      {"::", family::ipv6, 0, "::"},
      {"::1", family::ipv6, 1, "::1"},
      {"2001:DB8::A", family::ipv6, number_of(0x20010db800000000, 10),
       "2001:db8::a"},
      {"2001:0db8:0:0:1:0:0:1", family::ipv6,
       number_of(0x20010db800000000, 0x0001000000000001), "2001:db8::1:0:0:1"},
      {"ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255", family::ipv6,
       ~uint128{0}, "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"},
      {"::ffff:192.0.2.1", family::ipv4, 0xc0000201, "192.0.2.1"},
      {"::FFFF:c000:201", family::ipv4, 0xc0000201, "192.0.2.1"},
      {"::fffe:c000:201", family::ipv6, number_of(0, 0xfffec0000201),
       "::fffe:c000:201"},
  };
  for (const row& r : rows) {
    CAPTURE(r.text);
    const auto address = ip_address::parse(r.text);
    REQUIRE(address);
    CHECK(address->family() == r.of);
    CHECK(address->number() == r.number);
    CHECK(address->to_string() == r.written);
    CHECK(ip_address::try_parse(r.text) == *address);
  }
}

TEST_CASE("ip_address: what inet_pton refuses is refused, and quoted",
          "[net][ip_address]") {
  const std::string refused[] = {
      "",
      " ",
      "unknown",
      "192.0.2",
      "192.0.2.1.",
      "192.0.2.1.1",
      "192.0.2.01",
      "192.0.2.256",
      "192.0.2.1/32",
      "192.0.2.1 ",
      " 192.0.2.1",
      "0xc0.0.2.1",
      "3221225985",
      ":",
      ":::",
      "1::2::3",
      "[::1]",
      "fe80::1%eth0",
      "12345::",
      "1:2:3:4:5:6:7:8:9",
      std::string("192.0.2.1\0", 10),
      std::string("192.0.2.1\0.5", 12),
      std::string("::1\0", 4),
      "ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.2550",
      std::string(100'000, '1'),
  };
  for (const std::string& text : refused) {
    CAPTURE(text.substr(0, 60));
    CHECK_FALSE(ip_address::try_parse(text));
    const auto address = ip_address::parse(text);
    REQUIRE_FALSE(address);
    CHECK(address.error().code == errc::malformed);
  }
  CHECK(ip_address::parse("192.0.2\n").error().message ==
        R"("192.0.2\x0a" is not an IP address)");
}

TEST_CASE("ip_address: the text need not be terminated", "[net][ip_address]") {
  const std::string_view text = "192.0.2.12";
  CHECK(ip_address::try_parse(text.substr(0, 9)) ==
        ip_address::ipv4(0xc0000201));
}

TEST_CASE("ip_address: an IPv4-mapped number is an IPv4 address",
          "[net][ip_address]") {
  const uint128 mapped = uint128{0xffff} << 32U;
  CHECK(ip_address::ipv6(mapped) == ip_address::ipv4(0));
  CHECK(ip_address::ipv6(mapped | 0xffffffff) == ip_address::ipv4(0xffffffff));
  CHECK(ip_address::ipv6(mapped - 1).family() == family::ipv6);
  CHECK(ip_address::ipv6(mapped + 0x100000000).family() == family::ipv6);
  CHECK(ip_address::ipv6(number_of(1, 0xffff00000000)).family() ==
        family::ipv6);
}

TEST_CASE("ip_address: orders by family, then by number", "[net][ip_address]") {
  const ip_address ascending[] = {
      ip_address{},
      ip_address::ipv4(1),
      ip_address::ipv4(0xffffffff),
      ip_address::ipv6(0),
      ip_address::ipv6(1),
      ip_address::ipv6(~std::uint64_t{0}),
      ip_address::ipv6(number_of(1, 0)),
      ip_address::ipv6(~uint128{0}),
  };
  for (const auto& a : ascending)
    for (const auto& b : ascending) {
      CAPTURE(a.to_string(), b.to_string());
      CHECK((a < b) == (&a < &b));
      CHECK((a == b) == (&a == &b));
    }
}

TEST_CASE("ip_address: parse reads what to_string writes",
          "[net][ip_address][random]") {
  std::mt19937_64 random{20'260'901};
  for (int i = 0; i < 2000; ++i) {
    // Whole groups of zeros, because they are what is compressed.
    uint128 number = number_of(random(), random());
    for (unsigned group = 0; group < 8; ++group)
      if (random() % 2 == 0)
        number &= ~(uint128{0xffff} << group * 16U);
    const auto address =
        i % 4 == 0 ? ip_address::ipv4(static_cast<std::uint32_t>(random()))
                   : ip_address::ipv6(number);
    CAPTURE(address.to_string());
    REQUIRE(ip_address::try_parse(address.to_string()) == address);
  }
}

} // namespace ip_address_test
