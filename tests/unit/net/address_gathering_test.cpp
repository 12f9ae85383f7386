#include "core/net/address_gathering.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/expected_listing.hpp"

#include <utility>

namespace address_gathering_test {

using namespace spfblock;
using testing::set_of;

TEST_CASE("address_gathering: becomes the union of what was added",
          "[net][address_gathering]") {
  net::address_gathering some;
  net::address_set united;
  for (const char* each :
       {"10.0.0.2/32 2001:db8::/48", "10.0.0.0/31", "10.0.0.1/32 192.0.2.0/24",
        "", "2001:db8:1::/48 ::/0"}) {
    some.add(set_of(each));
    united |= set_of(each);
  }
  CHECK(std::move(some).result() == united);
  CHECK(net::address_gathering{}.result().empty());
}

TEST_CASE("address_set: meets a network if it has an address of it",
          "[net][address_set]") {
  const auto some = set_of("10.0.0.4/30 10.0.1.0/24 2001:db8::/64");
  const auto meets = [&](const char* network) {
    return some.meets(*net::ip_prefix::parse(network));
  };
  CHECK(meets("10.0.0.4/32"));
  CHECK(meets("10.0.0.7/32"));
  CHECK(meets("0.0.0.0/0"));
  CHECK(meets("10.0.1.128/25"));
  CHECK_FALSE(meets("10.0.0.0/30"));
  CHECK_FALSE(meets("10.0.0.8/29"));
  CHECK_FALSE(meets("10.0.2.0/32"));
  CHECK(meets("2001:db8::/128"));
  CHECK_FALSE(meets("2001:db8:0:1::/64"));
  CHECK_FALSE(meets("::/16"));
  CHECK_FALSE(net::address_set{}.meets(*net::ip_prefix::parse("::/0")));
}

} // namespace address_gathering_test
