#include "core/domains/nested_networks.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/random_sets.hpp"

#include <algorithm>
#include <cstddef>
#include <random>
#include <vector>

namespace nested_networks_test {

using namespace spfblock;
using namespace spfblock::testing;
using domains::filled_by_others;
using domains::last_counts;
using net::address_set;
using net::family;

namespace {

using networks = std::vector<net::ip_prefix>;

/// Some of one family, each once, the widest first.
networks random_networks(std::mt19937& random, family of) {
  networks made;
  for (unsigned left = 30; left > 0; --left) {
    const net::ip_prefix one = random_prefix(random);
    if (one.family() == of && std::count(made.begin(), made.end(), one) == 0)
      made.push_back(one);
  }
  std::sort(made.begin(), made.end(), [](const auto& a, const auto& b) {
    return a.length() != b.length() ? a.length() < b.length() : b < a;
  });
  return made;
}

net::uint128 count_of(const address_set& set) {
  return set.ipv4_count() + set.ipv6_slash64_count();
}

} // namespace

TEST_CASE("the last counts add up to what the last networks cover",
          "[table][nested_networks]") {
  std::mt19937 random{8};
  for (int round = 0; round < 500; ++round) {
    const family of = round % 2 == 0 ? family::ipv4 : family::ipv6;
    const networks given = random_networks(random, of);
    const address_set set = random_set(random, 6);
    const auto counts = last_counts(set.only(of), given);
    REQUIRE(counts.size() == given.size());
    net::uint128 sum = 0;
    for (std::size_t i = given.size(); i > 0; --i) {
      sum += counts[i - 1];
      const address_set last = address_set::of(
          {given.begin() + static_cast<std::ptrdiff_t>(i) - 1, given.end()});
      CAPTURE(round, i);
      // The count is for reports, and cut off at 2^64 - 1.
      REQUIRE(std::min<net::uint128>(sum, ~std::uint64_t{0}) ==
              count_of(set.only(of) & last));
    }
  }
}

TEST_CASE("hosts of one IPv6 network of 64 bits count once, for the last",
          "[table][nested_networks]") {
  const auto at = [](const char* text) { return *net::ip_prefix::parse(text); };
  const networks given{at("2001:db8::/48"), at("2001:db8::/64"),
                       at("2001:db8::2/128"), at("2001:db8::1/128"),
                       at("2001:db8:0:1::1/128")};
  const auto counts = last_counts(address_set{at("2001:db8::/47")}, given);
  CHECK(counts == std::vector<net::uint128>{65534, 0, 0, 1, 1});
  CHECK(last_counts({}, given) == std::vector<net::uint128>(5, 0));
}

TEST_CASE("a network is filled where those within it leave nothing",
          "[table][nested_networks]") {
  std::mt19937 random{9};
  for (int round = 0; round < 500; ++round) {
    const family of = round % 2 == 0 ? family::ipv4 : family::ipv6;
    networks given = random_networks(random, of);
    if (!given.empty() && given.back().length() < 30)
      for (const unsigned half : {0U, 1U})
        given.push_back(net::ip_prefix::containing(
            half == 0 ? given.back().first() : given[given.size() - 2].last(),
            given.back().length() + 1 - half));
    std::sort(given.begin(), given.end());
    given.erase(std::unique(given.begin(), given.end()), given.end());
    const auto filled = filled_by_others(given);
    for (std::size_t i = 0; i < given.size(); ++i) {
      networks within;
      for (const net::ip_prefix& each : given)
        if (each != given[i] && given[i].covers(each))
          within.push_back(each);
      CAPTURE(round, given[i].to_string());
      REQUIRE(filled[i] == (address_set::of(within) == address_set{given[i]}));
    }
  }
  const auto all = net::ip_prefix::everything(family::ipv6);
  CHECK(filled_by_others({all}) == std::vector<bool>{false});
  CHECK(filled_by_others({all, *net::ip_prefix::parse("::/1"),
                          *net::ip_prefix::parse("8000::/1")}) ==
        std::vector<bool>{true, false, false});
}

} // namespace nested_networks_test
