#include "core/net/address_set.hpp"
#include "core/net/special_purpose.hpp"
#include "tests/support/catch.hpp"

#include <algorithm>
#include <set>
#include <string>
#include <vector>

namespace special_purpose_test {

using namespace spfblock;
using namespace spfblock::net;

namespace {

bool is_special(const char* text) {
  const auto address = ip_address::parse(text);
  REQUIRE(address);
  const auto& blocks = special_purpose_blocks();
  return std::any_of(blocks.begin(), blocks.end(), [&](const auto& block) {
    return block.prefix.contains(*address);
  });
}

/// The name of the most specific block over the address.
std::string name_of(const char* text) {
  const auto address = ip_address::parse(text);
  REQUIRE(address);
  std::string name;
  for (const auto& block : special_purpose_blocks()) {
    if (block.prefix.contains(*address))
      name = block.name;
  }
  return name;
}

/// The first and last address of a run of special addresses, and the
/// neighbours that are not special; none at the ends of a family.
struct run {
  const char* before;
  const char* first;
  const char* last;
  const char* after;
};

} // namespace

TEST_CASE("special-purpose blocks end where the registries say",
          "[net][special_purpose]") {
  for (const run& r : std::vector<run>{
           {nullptr, "0.0.0.0", "0.255.255.255", "1.0.0.0"},
           {"9.255.255.255", "10.0.0.0", "10.255.255.255", "11.0.0.0"},
           {"100.63.255.255", "100.64.0.0", "100.127.255.255", "100.128.0.0"},
           {"126.255.255.255", "127.0.0.0", "127.255.255.255", "128.0.0.0"},
           {"169.253.255.255", "169.254.0.0", "169.254.255.255", "169.255.0.0"},
           {"172.15.255.255", "172.16.0.0", "172.31.255.255", "172.32.0.0"},
           {"191.255.255.255", "192.0.0.0", "192.0.0.255", "192.0.1.0"},
           {"192.0.1.255", "192.0.2.0", "192.0.2.255", "192.0.3.0"},
           {"192.31.195.255", "192.31.196.0", "192.31.196.255", "192.31.197.0"},
           {"192.52.192.255", "192.52.193.0", "192.52.193.255", "192.52.194.0"},
           {"192.88.98.255", "192.88.99.0", "192.88.99.255", "192.88.100.0"},
           {"192.167.255.255", "192.168.0.0", "192.168.255.255", "192.169.0.0"},
           {"192.175.47.255", "192.175.48.0", "192.175.48.255", "192.175.49.0"},
           {"198.17.255.255", "198.18.0.0", "198.19.255.255", "198.20.0.0"},
           {"198.51.99.255", "198.51.100.0", "198.51.100.255", "198.51.101.0"},
           {"203.0.112.255", "203.0.113.0", "203.0.113.255", "203.0.114.0"},
           {"223.255.255.255", "224.0.0.0", "255.255.255.255", nullptr},
           {nullptr, "::", "::1", "::2"},
           {"64:ff9a:ffff:ffff:ffff:ffff:ffff:ffff",
            "64:ff9b::", "64:ff9b::ffff:ffff", "64:ff9b::1:0:0"},
           {"64:ff9b:0:ffff:ffff:ffff:ffff:ffff",
            "64:ff9b:1::", "64:ff9b:1:ffff:ffff:ffff:ffff:ffff", "64:ff9b:2::"},
           {"ff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
            "100::", "100::1:ffff:ffff:ffff:ffff", "100:0:0:2::"},
           {"2000:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
            "2001::", "2001:1ff:ffff:ffff:ffff:ffff:ffff:ffff", "2001:200::"},
           {"2001:db7:ffff:ffff:ffff:ffff:ffff:ffff", "2001:db8::",
            "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff", "2001:db9::"},
           {"2001:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
            "2002::", "2002:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "2003::"},
           {"2620:4f:7fff:ffff:ffff:ffff:ffff:ffff", "2620:4f:8000::",
            "2620:4f:8000:ffff:ffff:ffff:ffff:ffff", "2620:4f:8001::"},
           {"3ffe:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
            "3fff::", "3fff:fff:ffff:ffff:ffff:ffff:ffff:ffff", "3fff:1000::"},
           {"5eff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
            "5f00::", "5f00:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "5f01::"},
           {"fbff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
            "fc00::", "fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "fe00::"},
           {"fe7f:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
            "fe80::", "febf:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "fec0::"},
           {"feff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
            "ff00::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", nullptr},
       }) {
    CAPTURE(r.first, r.last);
    CHECK(is_special(r.first));
    CHECK(is_special(r.last));
    if (r.before != nullptr)
      CHECK_FALSE(is_special(r.before));
    if (r.after != nullptr)
      CHECK_FALSE(is_special(r.after));
  }
}

TEST_CASE("no special-purpose block holds a well-known public address",
          "[net][special_purpose]") {
  for (const char* innocent :
       {"8.8.8.8", "1.1.1.1", "9.9.9.9", "151.101.1.69", "192.30.252.1",
        "198.41.0.4", "::ffff:8.8.8.8", "2001:4860:4860::8888",
        "2606:4700:4700::1111", "2606:4700::1111", "2620:fe::fe",
        "2a00:1450::1", "2001:500:2::c"}) {
    CAPTURE(innocent);
    CHECK_FALSE(is_special(innocent));
  }
}

TEST_CASE("an IPv4-mapped address is as special as its IPv4 form",
          "[net][special_purpose]") {
  CHECK(is_special("::ffff:127.0.0.1"));
  CHECK_FALSE(is_special("::ffff:1.1.1.1"));
}

TEST_CASE("special-purpose blocks leave most of both families alone",
          "[net][special_purpose]") {
  std::vector<ip_prefix> prefixes;
  for (const auto& block : special_purpose_blocks()) {
    CAPTURE(block.prefix.to_string());
    CHECK(block.prefix.length() >= 4);
    prefixes.push_back(block.prefix);
  }
  // 224.0.0.0/3 and three /8, a /10, a /12, a /15, two /16 and eight /24.
  CHECK(address_set::of(prefixes).ipv4_count() ==
        35U * 0x1000000U + 0x400000U + 0x100000U + 0x20000U + 2U * 0x10000U +
            8U * 0x100U);
}

TEST_CASE("special-purpose blocks ascend, none twice",
          "[net][special_purpose]") {
  const auto& blocks = special_purpose_blocks();
  REQUIRE(blocks.size() > 1);
  for (std::size_t i = 1; i < blocks.size(); ++i) {
    CAPTURE(blocks[i].prefix.to_string());
    CHECK(blocks[i - 1].prefix < blocks[i].prefix);
  }
}

TEST_CASE("a special-purpose block is named as in the registry",
          "[net][special_purpose]") {
  CHECK(name_of("192.168.1.1") == "Private-Use");
  CHECK(name_of("192.0.0.170") == "NAT64/DNS64 Discovery");
  CHECK(name_of("192.0.0.9") == "Port Control Protocol Anycast");
  CHECK(name_of("255.255.255.255") == "Limited Broadcast");
  CHECK(name_of("224.0.0.251") == "Multicast");
  CHECK(name_of("2001::1") == "TEREDO");
  CHECK(name_of("2001:4:112::1") == "AS112-v6");
  CHECK(name_of("2001:1::4") == "IETF Protocol Assignments");
  CHECK(name_of("ff02::1") == "Multicast");
  CHECK(name_of("8.8.8.8").empty());
  for (const auto& block : special_purpose_blocks())
    CHECK_FALSE(block.name.empty());
}

TEST_CASE("every special-purpose assignment within a wider one is listed",
          "[net][special_purpose]") {
  std::set<std::string> nested;
  for (const auto& inner : special_purpose_blocks()) {
    for (const auto& outer : special_purpose_blocks()) {
      if (outer.prefix != inner.prefix && outer.prefix.covers(inner.prefix))
        nested.insert(inner.prefix.to_string());
    }
  }
  CHECK(nested ==
        std::set<std::string>{"0.0.0.0/32", "192.0.0.0/29", "192.0.0.8/32",
                              "192.0.0.9/32", "192.0.0.10/32", "192.0.0.170/32",
                              "192.0.0.171/32", "192.88.99.2/32",
                              "255.255.255.255/32", "2001::/32",
                              "2001:1::1/128", "2001:1::2/128", "2001:1::3/128",
                              "2001:2::/48", "2001:3::/32", "2001:4:112::/48",
                              "2001:10::/28", "2001:20::/28", "2001:30::/28"});
}

} // namespace special_purpose_test
