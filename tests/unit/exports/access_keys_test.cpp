#include "core/exports/access_keys.hpp"
#include "core/net/ip_prefix.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/table_consumers.hpp"

#include <algorithm>
#include <set>

namespace access_keys_test {

using namespace spfblock;
using exports::access_keys;

namespace {

/// All addresses of groups below `symbols`, the first group 1.
std::vector<net::ip_address> addresses(unsigned symbols) {
  std::vector<net::uint128> numbers{1};
  for (int group = 1; group < 8; ++group) {
    std::vector<net::uint128> longer;
    for (const net::uint128 number : numbers) {
      for (unsigned next = 0; next < symbols; ++next)
        longer.push_back(number << 16U | next);
    }
    numbers = std::move(longer);
  }
  std::vector<net::ip_address> all;
  for (const net::uint128 number : numbers)
    all.push_back(net::ip_address::ipv6(number));
  return all;
}

/// Whether some keys are found for all addresses of the network and no others.
bool can_be_exact(const net::ip_prefix& network,
                  const std::vector<net::ip_address>& all) {
  std::set<std::string> outside;
  for (const auto& each : all) {
    if (!network.contains(each)) {
      for (const auto& key : testing::access_lookups(each))
        outside.insert(key);
    }
  }
  return std::all_of(all.begin(), all.end(), [&](const auto& each) {
    const auto keys = testing::access_lookups(each);
    return !network.contains(each) ||
           std::any_of(keys.begin(), keys.end(),
                       [&](const auto& key) { return !outside.contains(key); });
  });
}

} // namespace

TEST_CASE("access_keys: found for the network's addresses and no others; none "
          "for a host that no key can tell",
          "[exports][access_keys]") {
  const auto all = addresses(2);
  for (const auto& address : all) {
    for (unsigned length = 16; length <= 128; length += 16) {
      const auto network = net::ip_prefix::containing(address, length);
      if (network.first() != address)
        continue;
      CAPTURE(network.to_string());
      const auto keys = access_keys(address.number(), length);
      if (length == 128)
        CHECK(keys.empty() != can_be_exact(network, all));
      if (keys.empty())
        continue;
      for (const auto& client : all) {
        const auto asked = testing::access_lookups(client);
        const bool found =
            std::any_of(keys.begin(), keys.end(), [&](const auto& key) {
              return std::find(asked.begin(), asked.end(), key) != asked.end();
            });
        if (found != network.contains(client))
          FAIL_CHECK(client.to_string());
      }
    }
  }
}

TEST_CASE("access_keys: none for reserved addresses that begin with zeros",
          "[exports][access_keys]") {
  CHECK(access_keys(1, 128).empty());
  CHECK(access_keys(0, 16).empty());
}

TEST_CASE("access_keys: none that stands for an IPv4 network, too",
          "[exports][access_keys]") {
  const auto keys = [](unsigned group) {
    return access_keys(net::uint128{group} << 112U, 16);
  };
  for (const unsigned group : {0x1U, 0x9U, 0x10U, 0x100U, 0x255U})
    CHECK(keys(group).empty());
  for (const unsigned group : {0xaU, 0xffU, 0x256U, 0x1000U, 0x2001U})
    CHECK(keys(group).size() == 1);
  CHECK(access_keys(net::uint128{0x1000001} << 96U, 32) ==
        std::vector<std::string>{"100:1"});
}

TEST_CASE("access_key: the octets of the network", "[exports][access_keys]") {
  CHECK(exports::access_key(0xc0000200, 8) == "192");
  CHECK(exports::access_key(0xc0000200, 16) == "192.0");
  CHECK(exports::access_key(0xc0000200, 24) == "192.0.2");
  CHECK(exports::access_key(0xc0000201, 32) == "192.0.2.1");
}

} // namespace access_keys_test
