#include "core/table/blocked_space.hpp"
#include "core/table/snapshot.hpp"
#include "tests/support/catch.hpp"

#include <algorithm>
#include <random>
#include <string>
#include <vector>

namespace blocked_space_test {

using namespace spfblock;
using table::blocked_space;

namespace {

blocked_space::area area(const char* network, bool blocks) {
  return {*net::ip_prefix::parse(network), blocks};
}

bool meets(const blocked_space& in, const char* network) {
  return in.meets(*net::ip_prefix::parse(network));
}

/// The last 64 addresses of a family: there is no number above them.
net::ip_address last_address(net::family of, unsigned i) {
  return of == net::family::ipv4
             ? net::ip_address::ipv4(0xffffffc0U | i)
             : net::ip_address::ipv6(~net::uint128{0x3f} | i);
}

/// A network of such addresses.
net::ip_prefix random_network(std::mt19937& random) {
  const auto family = random() % 2 == 0 ? net::family::ipv4 : net::family::ipv6;
  const auto length = static_cast<unsigned>(net::width(family) - random() % 7);
  return net::ip_prefix::containing(
      last_address(family, static_cast<unsigned>(random() % 64)), length);
}

} // namespace

TEST_CASE("blocked_space: what is blocked in a network, in or around it",
          "[table][blocked_space]") {
  const blocked_space space{
      {area("192.0.2.0/24", true), area("192.0.2.128/25", false),
       area("192.0.2.200/32", true), area("2001:db8::/32", true)}};
  CHECK(meets(space, "192.0.2.0/24"));
  CHECK(meets(space, "192.0.2.9/32"));
  CHECK(meets(space, "0.0.0.0/0"));
  CHECK_FALSE(meets(space, "192.0.2.128/26"));
  CHECK(meets(space, "192.0.2.128/25"));
  CHECK_FALSE(meets(space, "192.0.3.0/24"));
  CHECK_FALSE(meets(space, "192.0.1.0/24"));
  CHECK(meets(space, "2001:db8:ffff::/48"));
  CHECK(meets(space, "2000::/4"));
  CHECK_FALSE(meets(space, "2001:db9::/32"));
}

TEST_CASE("blocked_space: a network of which all is answered otherwise blocks "
          "nothing",
          "[table][blocked_space]") {
  const blocked_space space{{area("192.0.2.0/24", true),
                             area("192.0.2.0/25", false),
                             area("192.0.2.128/25", false), area("::/0", true),
                             area("::/1", false), area("8000::/1", false)}};
  CHECK(space == blocked_space{});
  CHECK_FALSE(meets(space, "0.0.0.0/0"));
  CHECK_FALSE(meets(space, "::/0"));
}

TEST_CASE("snapshot: where it blocks is what its answers for all addresses say",
          "[table][snapshot][blocked_space]") {
  const auto seed = GENERATE(range(0U, 100U));
  CAPTURE(seed);
  std::mt19937 random{seed};
  std::vector<table::listing> listings;
  for (const std::string action : {"REJECT", "WARN", "DUNNO"}) {
    listings.push_back({action, table::action::parse(action)->bind("x"), {}});
    for (auto left = random() % 8; left > 0; --left)
      listings.back().networks.push_back(random_network(random));
  }
  std::shuffle(listings.begin(), listings.end(), random);
  const table::snapshot table{
      listings, {}, nullptr, table::blocked_ranges::known};
  for (unsigned i = 0; i < 50; ++i) {
    const auto asked = random_network(random);
    bool any = false;
    for (unsigned j = 0; j < 64; ++j) {
      const auto address = last_address(asked.family(), j);
      const auto found =
          asked.contains(address) ? table.find(address) : std::nullopt;
      any = any || (found && found->by->action.blocks());
    }
    CAPTURE(asked.to_string());
    REQUIRE(table.may_block_within(asked) == any);
  }
}

TEST_CASE("snapshot: where it blocks is not known unless it is to be",
          "[table][snapshot]") {
  CHECK(table::snapshot{}.may_block_within(*net::ip_prefix::parse("::/0")));
  const table::snapshot knows{{}, {}, nullptr, table::blocked_ranges::known};
  CHECK_FALSE(knows.may_block_within(*net::ip_prefix::parse("::/0")));
}

} // namespace blocked_space_test
