#include "core/domains/allowance.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/expected_listing.hpp"
#include "tests/support/random_sets.hpp"

#include <random>
#include <string>
#include <vector>

namespace allowance_test {

using namespace spfblock;
using namespace spfblock::testing;
using domains::allowance;

namespace {

using list = std::vector<std::string>;

} // namespace

TEST_CASE("nothing is allowed by nobody", "[table][allowance]") {
  const allowance none;
  CHECK(none.all().empty());
  CHECK(none.grounds_over(set_of("0.0.0.0/0 ::/0")).empty());
  CHECK(allowance{{}}.all().empty());
}

TEST_CASE("the grounds over addresses are those that share some, in order",
          "[table][allowance]") {
  const allowance allowed{{
      {"network 45.0.0.0/24", set_of("45.0.0.0/24")},
      {"domain a.example", set_of("45.0.0.128/25 2a01::/64")},
      {"domain empty.example", {}},
      {"this machine", set_of("46.0.0.1/32")},
  }};
  CHECK(allowed.all() == set_of("45.0.0.0/24 2a01::/64 46.0.0.1/32"));
  CHECK(allowed.grounds_over({}).empty());
  CHECK(allowed.grounds_over(set_of("45.0.0.0/25")) ==
        list{"network 45.0.0.0/24"});
  CHECK(allowed.grounds_over(set_of("45.0.0.200/32")) ==
        list{"network 45.0.0.0/24", "domain a.example"});
  CHECK(allowed.grounds_over(set_of("0.0.0.0/0")) ==
        list{"network 45.0.0.0/24", "domain a.example", "this machine"});
  CHECK(allowed.grounds_over(set_of("2a01::1/128")) ==
        list{"domain a.example"});
  CHECK(allowed.grounds_over(set_of("45.0.1.0/24 2a01:1::/64")).empty());
}

TEST_CASE("all is the union of the grounds, however many there are",
          "[table][allowance]") {
  std::mt19937 random{7};
  for (unsigned count = 0; count < 70; ++count) {
    std::vector<allowance::entry> entries;
    net::address_set all;
    for (unsigned i = 0; i < count; ++i) {
      entries.push_back({std::to_string(i), random_set(random, 5)});
      all |= entries.back().addresses;
    }
    REQUIRE(allowance{entries}.all() == all);
  }
}

} // namespace allowance_test
