#include "core/dns/name.hpp"
#include "core/protocols/dnsbl_name.hpp"
#include "tests/support/catch.hpp"

#include <fmt/format.h>

#include <random>
#include <string>

namespace dnsbl_name_test {

using namespace spfblock;
using protocols::dnsbl_networks_of;

namespace {

/// The labels of "1.2.0.192", as a message has them.
std::string labels_of(const std::string& text) {
  const std::string wire = dns::name::from_text(text)->wire();
  return wire.substr(0, wire.size() - 1);
}

/// "BY_OCTETS BY_DIGITS", each "-" if there is none.
std::string networks_of(const std::string& text) {
  const auto networks = dnsbl_networks_of(labels_of(text));
  const auto shown = [](const auto& each) {
    return each ? each->to_string() : "-";
  };
  return shown(networks.by_octets) + ' ' + shown(networks.by_digits);
}

std::string digits(const char* reversed) {
  std::string text;
  for (const char* at = reversed; *at != '\0'; ++at)
    text += fmt::format("{}{}", text.empty() ? "" : ".", *at);
  return text;
}

} // namespace

TEST_CASE("dnsbl_name: octets, digits, either or neither",
          "[protocols][dnsbl]") {
  CHECK(networks_of("1.2.0.192") == "192.0.2.1/32 -");
  CHECK(networks_of("2.0.192") == "192.0.2.0/24 -");
  CHECK(networks_of("192") == "192.0.0.0/8 -");
  CHECK(networks_of("255.255.255.255") == "255.255.255.255/32 -");
  CHECK(networks_of("2") == "2.0.0.0/8 2000::/4");
  CHECK(networks_of("4.3.2.1") == "1.2.3.4/32 1234::/16");
  CHECK(networks_of("5.4.3.2.1") == "- 1234:5000::/20");
  CHECK(networks_of("a") == "- a000::/4");
  CHECK(networks_of("F.1") == "- 1f00::/8");
  CHECK(networks_of("10.1") == "1.10.0.0/16 -");
  CHECK(networks_of(digits("10000000000000000000000008bd0102")) ==
        "- 2010:db80::1/128");
}

TEST_CASE("dnsbl_name: IPv4-mapped digits are of IPv4", "[protocols][dnsbl]") {
  CHECK(networks_of(digits("200000f7ffff00000000000000000000")) ==
        "- 127.0.0.2/32");
  CHECK(networks_of(digits("f7ffff00000000000000000000")) == "- 127.0.0.0/8");
  CHECK(networks_of(digits("ffff00000000000000000000")) == "- 0.0.0.0/0");
  CHECK(networks_of(digits("fff00000000000000000000")) == "- ::fff0:0:0/92");
}

TEST_CASE("dnsbl_name: what is no part of an address stands for nothing",
          "[protocols][dnsbl]") {
  CHECK(dnsbl_networks_of("") == protocols::dnsbl_networks{});
  for (const std::string name :
       {"256", "01.2.0.192", "1.02.0.192", "00", "1000", "a1", "g", "1-2",
        "1.2.3.0.192", "x.1.2.0.192", "1.x.0.192", "www", "+1", "0x1", "*",
        "0.10000000000000000000000008bd0102"}) {
    CAPTURE(name);
    CHECK(networks_of(name) == "- -");
  }
  CHECK(networks_of("1." + digits("10000000000000000000000008bd0102")) ==
        "- -");
}

TEST_CASE("dnsbl_name: every address has its name", "[protocols][dnsbl]") {
  std::mt19937_64 random{17};
  for (int i = 0; i < 2000; ++i) {
    const auto number = net::uint128{random()} << 64U | random();
    const auto ipv4 = net::ip_address::ipv4(static_cast<std::uint32_t>(number));
    const auto ipv6 = net::ip_address::ipv6(number);
    std::string octets;
    for (unsigned n = 0; n < 4; ++n)
      octets += fmt::format("{}{}", n == 0 ? "" : ".",
                            static_cast<unsigned>(number >> 8 * n) & 255U);
    std::string nibbles;
    for (unsigned n = 0; n < 32; ++n)
      nibbles += fmt::format("{}{:x}", n == 0 ? "" : ".",
                             static_cast<unsigned>(number >> 4 * n) & 15U);
    const auto by_octets = dnsbl_networks_of(labels_of(octets)).by_octets;
    const auto by_digits = dnsbl_networks_of(labels_of(nibbles)).by_digits;
    REQUIRE(protocols::dnsbl_labels_of(ipv4) == octets + '.');
    REQUIRE(by_octets == net::ip_prefix::containing(ipv4, 32));
    REQUIRE(protocols::dnsbl_labels_of(ipv6) == nibbles + '.');
    REQUIRE(by_digits == net::ip_prefix::containing(ipv6, 128));
  }
}

} // namespace dnsbl_name_test
