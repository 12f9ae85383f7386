#include "core/spf/cohort.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/expected_listing.hpp"

#include <string>

namespace cohort_test {

using namespace spfblock;
using testing::listed;
using testing::set_of;

namespace {

spf::cohort ipv4(unsigned dns_terms, unsigned void_lookups,
                 std::string_view addresses) {
  return {net::family::ipv4, dns_terms, void_lookups, set_of(addresses)};
}

} // namespace

TEST_CASE("cohorts: everybody is two families for whom nothing is counted",
          "[spf][cohort]") {
  const auto all = spf::cohorts::everybody();
  CHECK(all.members().size() == 2);
  CHECK(listed(all.addresses()) == testing::everyone);
  CHECK(all.most_dns_terms() == 0);
  CHECK(all.most_void_lookups() == 0);
  CHECK(spf::cohorts{}.empty());
  CHECK(spf::cohorts{}.most_dns_terms() == 0);
}

TEST_CASE("cohorts: those with the same family and counts become one",
          "[spf][cohort]") {
  spf::cohorts some;
  some.add(ipv4(1, 0, "10.0.0.0/25"));
  some.add(ipv4(1, 0, "10.0.0.128/25"));
  CHECK(some.members().size() == 1);
  some.add(ipv4(2, 0, "10.0.1.0/24"));
  some.add(ipv4(1, 1, "10.0.2.0/24"));
  some.add({net::family::ipv6, 1, 0, set_of("2001:db8::/32")});
  CHECK(some.members().size() == 4);
  some.add(ipv4(3, 0, ""));
  CHECK(some.members().size() == 4);

  spf::cohorts others;
  others.add(ipv4(2, 0, "10.0.3.0/24"));
  others.add(ipv4(9, 0, "10.0.4.0/24"));
  some.add(std::move(others));
  CHECK(some.members().size() == 5);
  CHECK(listed(some.addresses()) == "10.0.0.0/22 10.0.4.0/24 2001:db8::/32");
}

TEST_CASE("cohorts: what is extracted keeps its counts, and is gone",
          "[spf][cohort]") {
  const auto three = [] {
    spf::cohorts made;
    made.add(ipv4(1, 0, "10.0.0.0/24"));
    made.add(ipv4(2, 1, "10.0.1.0/24"));
    made.add({net::family::ipv6, 3, 0, set_of("2001:db8::/32")});
    return made;
  };
  auto by_network = three();
  const auto inside = by_network.extract(*net::ip_prefix::parse("10.0.0.0/23"));
  CHECK(inside.members().size() == 2);
  CHECK(inside.most_dns_terms() == 2);
  CHECK(listed(by_network.addresses()) == "2001:db8::/32");
  CHECK(by_network.members().size() == 1);

  auto by_set = three();
  const auto both = by_set.extract(set_of("10.0.1.1/32 2001:db8::1/128"));
  CHECK(both.members().size() == 2);
  CHECK(both.most_dns_terms() == 3);
  CHECK(both.most_void_lookups() == 1);
  CHECK(listed(both.addresses()) == "10.0.1.1/32 2001:db8::1/128");
  CHECK((by_set.addresses() & both.addresses()).empty());
  CHECK((by_set.addresses() | both.addresses()) == three().addresses());

  auto by_count = three();
  const auto high = by_count.extract_if(
      [](const spf::cohort& each) { return each.dns_terms > 1; });
  CHECK(listed(high.addresses()) == "10.0.1.0/24 2001:db8::/32");
  CHECK(listed(by_count.addresses()) == "10.0.0.0/24");
}

TEST_CASE("cohorts: addresses_in is what all of them have in a network",
          "[spf][cohort]") {
  spf::cohorts some;
  some.add(ipv4(1, 0, "10.0.0.0/24"));
  some.add(ipv4(2, 0, "10.0.1.0/24"));
  some.add({net::family::ipv6, 1, 0, set_of("2001:db8::/32")});
  const auto in = [&](std::string_view network) {
    return listed(some.addresses_in(*net::ip_prefix::parse(network)));
  };
  CHECK(in("10.0.0.0/8") == "10.0.0.0/23");
  CHECK(in("10.0.1.128/25") == "10.0.1.128/25");
  CHECK(in("11.0.0.0/8") == "");
  CHECK(in("::/0") == "2001:db8::/32");
}

TEST_CASE("cohorts: what operations cost follows from the ranges",
          "[spf][cohort]") {
  spf::cohorts some;
  CHECK(some.ranges() == 0);
  CHECK(some.work_to_unite() == 0);
  std::string many;
  for (int i = 0; i < 64; ++i)
    many += " 10.0." + std::to_string(i) + ".1/32";
  some.add(ipv4(1, 0, many));
  some.add(ipv4(2, 0, "10.1.0.0/16"));
  some.add({net::family::ipv6, 1, 0, set_of("2001:db8::/32")});
  CHECK(some.ranges() == 66);
  CHECK(some.weight() == 69);
  CHECK(some.work_to_unite() > some.ranges());
  CHECK(some.work_to_part(set_of(many)) > 2 * 66);

  // A move is cheap, a walk is not.
  CHECK(some.work_to_extract(net::family::ipv4) == 3 + 65 / 16);
  CHECK(some.work_to_extract(net::family::ipv6) == 3 + 4 / 16);
  spf::cohorts one;
  one.add(ipv4(1, 0, "10.0.9.9/32"));
  CHECK(some.work_to_add(one) < some.ranges());
  CHECK(some.work_to_add(some) > 2 * some.ranges());
  CHECK(spf::cohorts{}.work_to_add(some) == 3);
  CHECK(some.work_to_add({}) == 0);
}

TEST_CASE("cohorts: count adds to each of them", "[spf][cohort]") {
  spf::cohorts some;
  some.add(ipv4(1, 0, "10.0.0.0/24"));
  some.add(ipv4(2, 1, "10.0.1.0/24"));
  some.count(3, 1);
  CHECK(some.most_dns_terms() == 5);
  CHECK(some.most_void_lookups() == 2);
  CHECK(some.members().front().dns_terms == 4);
}

} // namespace cohort_test
