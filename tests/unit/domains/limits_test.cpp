#include "core/domains/limits.hpp"
#include "core/support/text.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/expected_listing.hpp"
#include "tests/support/random_sets.hpp"
#include "tests/support/thread_time.hpp"

#include <algorithm>
#include <limits>
#include <optional>
#include <random>
#include <string>
#include <vector>

namespace limits_test {

using namespace spfblock;
using namespace spfblock::testing;
using domains::keep_to_share;
using domains::level_that_fits;
using domains::limited;
using domains::refusal;
using domains::widest_of;
using domains::within_limits;
using net::address_set;
using net::family;

namespace {

using networks = std::vector<net::ip_prefix>;

/// No limit at all.
config::limit_settings unlimited() {
  config::limit_settings made;
  made.widest_ipv4 = made.widest_ipv6 = std::nullopt;
  made.ipv4_addresses = made.ipv6_slash64s = made.networks = std::nullopt;
  return made;
}

networks words(std::string_view text) {
  networks made;
  for (const std::string_view word : split(text, ' ')) {
    if (!word.empty())
      made.push_back(*net::ip_prefix::parse(word));
  }
  return made;
}

limited within(const networks& named, const config::limit_settings& by) {
  return within_limits(address_set::of(named), named, by);
}

/// The same rules, one network at a time.
class naive {
public:
  naive(address_set found, networks named, const config::limit_settings& by)
      : found_{std::move(found)},
        kept_{std::move(named)} {
    const auto unnamed = (found_ - address_set::of(kept_)).to_prefixes();
    kept_.insert(kept_.end(), unnamed.begin(), unnamed.end());
    for (const family f : {family::ipv4, family::ipv6}) {
      const auto widest = f == family::ipv4 ? by.widest_ipv4 : by.widest_ipv6;
      if (widest)
        keep_narrow(f, *widest);
    }
    while (by.ipv4_addresses && listing().ipv4_count() > *by.ipv4_addresses)
      refuse_one(net::ip_prefix::everything(family::ipv4));
    while (by.ipv6_slash64s &&
           listing().ipv6_slash64_count() > *by.ipv6_slash64s)
      refuse_one(net::ip_prefix::everything(family::ipv6));
    rest_ = listing();
    while (by.networks && rest_.prefix_count() > *by.networks)
      refuse_least();
  }

  [[nodiscard]] const address_set& rest() const { return rest_; }

private:
  [[nodiscard]] address_set listing() const {
    return found_ & address_set::of(kept_);
  }

  void keep_narrow(family f, unsigned widest) {
    std::erase_if(kept_, [&](const auto& each) {
      return each.family() == f && each.length() < widest;
    });
    if (widest == 0)
      return;
    const networks all = kept_;
    for (const net::ip_prefix& each : all) {
      if (each.family() != f)
        continue;
      const auto block = net::ip_prefix::containing(each.first(), widest - 1);
      while (listing().within(block) == address_set{block})
        refuse_one(block);
    }
  }

  /// The widest within `block`, the last of them.
  void refuse_one(const net::ip_prefix& block) {
    auto first = kept_.end();
    for (auto at = kept_.begin(); at != kept_.end(); ++at) {
      if (block.covers(*at) &&
          (first == kept_.end() || at->length() < first->length() ||
           (at->length() == first->length() && *first < *at)))
        first = at;
    }
    REQUIRE(first != kept_.end());
    const net::ip_prefix refused = *first;
    std::erase(kept_, refused);
  }

  /// What covers least, of the family that has most.
  void refuse_least() {
    const auto ipv4 = rest_.only(family::ipv4).to_prefixes();
    const auto ipv6 = rest_.only(family::ipv6).to_prefixes();
    const networks& of = ipv4.size() > ipv6.size() ? ipv4 : ipv6;
    const auto least = std::max_element(
        of.begin(), of.end(), [](const auto& a, const auto& b) {
          return a.length() != b.length() ? a.length() < b.length() : a < b;
        });
    rest_ -= address_set{*least};
  }

  address_set found_;
  networks kept_;
  address_set rest_;
};

} // namespace

TEST_CASE("a limit refuses what is over it and nothing else",
          "[table][limits]") {
  struct row {
    std::string claim;
    std::string named;
    std::string refused;
    config::limit_settings by = unlimited();

    row(std::string what, std::string of, std::string not_listed,
        void (*set)(config::limit_settings&))
        : claim{std::move(what)},
          named{std::move(of)},
          refused{std::move(not_listed)} {
      set(by);
    }
  };
  const auto width = [](auto& by) {
    by.widest_ipv4 = 16;
    by.widest_ipv6 = 32;
  };
  const auto addresses = [](auto& by) { by.ipv4_addresses = 1024; };
  const auto slash64s = [](auto& by) { by.ipv6_slash64s = 256; };
  const auto count = [](auto& by) { by.networks = 4; };
  const std::vector<row> rows{
      {"a network of the width allowed", "45.0.0.0/16 2a01::/32", "", width},
      {"a wider one", "45.0.0.0/15 46.0.0.0/24 2a00::/31 2a08::/48",
       "45.0.0.0/15 2a00::/31", width},
      {"a narrower one in it", "45.0.0.0/15 45.1.4.0/22",
       "45.0.0.0/15 -45.1.4.0/22", width},
      {"two that add up", "45.0.0.0/16 45.1.0.0/16", "45.1.0.0/16", width},
      {"two that do not", "45.1.0.0/16 45.2.0.0/16", "", width},
      {"narrow ones beside a wide one", "45.0.0.0/16 45.1.0.0/17 45.1.128.0/17",
       "45.0.0.0/16", width},
      {"a narrow one in two that add up", "45.0.0.0/16 45.1.0.0/16 45.1.4.0/22",
       "45.1.0.0/16 -45.1.4.0/22", width},
      {"everybody", "0.0.0.0/0 ::/0", "0.0.0.0/0 ::/0", width},
      {"everybody but one named network", "0.0.0.0/0 45.0.0.0/24",
       "0.0.0.0/0 -45.0.0.0/24", width},

      {"as many addresses as allowed", "45.0.0.0/22 2a01::/32", "", addresses},
      {"one more", "45.0.0.0/22 46.0.0.0/32", "45.0.0.0/22", addresses},
      {"what covers a network", "45.0.0.0/16 45.0.4.0/22",
       "45.0.0.0/16 -45.0.4.0/22", addresses},
      {"wide ones beside it", "44.0.0.0/21 45.0.0.0/22 46.0.0.0/21",
       "44.0.0.0/21 46.0.0.0/21", addresses},
      {"of equal ones the last", "44.0.0.0/23 45.0.0.0/23 46.0.0.0/23",
       "46.0.0.0/23", addresses},

      {"as many /64 as allowed", "45.0.0.0/8 2a01::/56", "", slash64s},
      {"many hosts in one /64", "2a01::/57 2a01:1::1 2a01:1::2 2a01:1::3", "",
       slash64s},
      {"a /48 in a /32", "2a01::/32 2a01:0:0:100::/56",
       "2a01::/32 -2a01:0:0:100::/56", slash64s},

      {"as many networks as allowed", "45.0.0.0/24 46.0.0.0/25 2a01::1 2a02::1",
       "", count},
      {"hosts beside a network",
       "44.0.0.1 44.0.0.3 45.0.0.0/22 46.0.0.1 46.0.0.3 46.0.0.5",
       "46.0.0.3 46.0.0.5", count},
      {"IPv6 hosts beside IPv4 networks",
       "45.0.0.0/22 46.0.0.0/22 2a01::1 2a01::3 2a01::5 2a01::7",
       "2a01::5 2a01::7", count},
      {"IPv6 networks beside IPv4 hosts",
       "45.0.0.1 45.0.0.3 2a01::/48 2a02::/48 "
       "2a03::/48 2a04::/48",
       "2a03::/48 2a04::/48", count},
      {"what one family leaves is the other's",
       "45.0.0.0/22 2a01::1 2a01::3 2a01::5 2a01::7", "2a01::7", count},
      {"neighbours are one network",
       "45.0.0.0/24 45.0.1.0/24 45.0.2.0/23 "
       "46.0.0.1 46.0.0.3 46.0.0.5",
       "", count},
  };
  for (const row& each : rows) {
    CAPTURE(each.claim);
    const networks named = words(each.named);
    const limited told = within(named, each.by);
    const address_set refused = set_of(each.refused);
    CHECK(listed(told.listing) == listed(address_set::of(named) - refused));
    address_set said;
    for (const refusal& why : told.refusals) {
      CHECK_FALSE(why.addresses.empty());
      said |= why.addresses;
    }
    CHECK(listed(said) == listed(refused));
  }
}

TEST_CASE("a refusal says what was found and what is allowed",
          "[table][limits]") {
  auto by = unlimited();
  by.widest_ipv4 = 16;
  by.ipv4_addresses = 1024;
  by.ipv6_slash64s = 2;
  by.networks = 2;
  const limited told =
      within(words("44.0.0.0/15 45.0.0.0/22 46.0.0.0/23 47.0.0.0/23 48.0.0.1 "
                   "2a01::/63 2a02::1"),
             by);
  const std::vector<refusal> expected{
      {"widest_ipv4", 15, 16, set_of("44.0.0.0/15")},
      {"ipv4_addresses", 2049, 1024, set_of("45.0.0.0/22 47.0.0.0/23")},
      {"ipv6_slash64s", 3, 2, set_of("2a01::/63")},
      {"networks", 3, 2, set_of("48.0.0.1")},
  };
  CHECK(told.refusals == expected);
}

TEST_CASE("what is in no named network counts as its own prefixes",
          "[table][limits]") {
  auto by = unlimited();
  by.ipv4_addresses = 1024;
  const auto found = set_of("44.0.0.0/21 45.0.0.0/22");
  CHECK(listed(within_limits(found, words("45.0.0.0/22"), by).listing) ==
        "45.0.0.0/22");
  // What is allowed counts for nothing, and leaves the network what it is.
  CHECK(listed(within_limits(set_of("44.0.0.0/21 45.0.0.0/22 -44.0.0.0/22"),
                             words("44.0.0.0/21 45.0.0.0/22"), by)
                   .listing) == "45.0.0.0/22");
}

TEST_CASE("limits refuse what one network at a time would be refused",
          "[table][limits]") {
  std::mt19937 random{4};
  for (int round = 0; round < 1500; ++round) {
    networks named;
    for (unsigned left = below(random, 24); left > 0; --left)
      named.push_back(random_prefix(random));
    const address_set found =
        (address_set::of(named) - random_set(random, 4)).canonical();
    auto by = unlimited();
    if (random() % 2 == 0)
      by.widest_ipv4 = below(random, 33);
    if (random() % 2 == 0)
      by.widest_ipv6 = below(random, 129);
    if (random() % 2 == 0)
      by.ipv4_addresses = std::uint64_t{1} << below(random, 33);
    if (random() % 2 == 0)
      by.ipv6_slash64s = std::uint64_t{1} << below(random, 63);
    if (random() % 2 == 0)
      by.networks = below(random, 12);
    CAPTURE(round, listed(found), by.widest_ipv4, by.widest_ipv6,
            by.ipv4_addresses, by.ipv6_slash64s, by.networks);
    const limited told = within_limits(found, named, by);
    REQUIRE(listed(told.listing) == listed(naive{found, named, by}.rest()));

    address_set refused;
    for (const refusal& each : told.refusals) {
      REQUIRE((each.addresses & refused).empty());
      refused |= each.addresses;
    }
    REQUIRE(refused == found - told.listing);
  }
}

TEST_CASE("what is over a limit is found at the price of a few unions",
          "[table][limits]") {
  // Neighbours of 128 addresses each, and a few that cover many of them.
  networks named;
  for (std::uint32_t i = 0; i < 32768; ++i) {
    const auto at = net::ip_address::ipv4(0x14000000U + (i << 8U));
    named.push_back(net::ip_prefix::containing(at, 25));
    if (i % 16 == 0)
      named.push_back(net::ip_prefix::containing(at, 21));
  }
  const address_set found = address_set::of(named);
  auto by = unlimited();
  by.widest_ipv4 = 16;
  by.ipv4_addresses = 1'000'000;
  address_set united;
  limited told;
  const double of_union =
      least_seconds_of([&] { united = address_set::of(named); });
  const double of_limits =
      least_seconds_of([&] { told = within_limits(found, named, by); });
  CHECK(united == found);
  CHECK(told.refusals.size() == 1);
  INFO(of_limits << " s, a union takes " << of_union << " s");
  CHECK(of_limits < 20 * of_union);
}

TEST_CASE("a share refuses as a limit does", "[table][limits]") {
  const networks named = words("44.0.0.0/21 45.0.0.0/22 46.0.0.1 46.0.0.3");
  limited told{address_set::of(named), {}};
  keep_to_share(told, named, {});
  CHECK(told.refusals.empty());
  keep_to_share(told, named, {1026, 2});
  CHECK(listed(told.listing) == "45.0.0.0/22 46.0.0.1/32");
  const std::vector<refusal> expected{
      {"total.ipv4_addresses", 3074, 1026, set_of("44.0.0.0/21")},
      {"total.networks", 3, 2, set_of("46.0.0.3")}};
  CHECK(told.refusals == expected);
}

TEST_CASE("the level cuts the largest first, and by no more than a sixteenth "
          "too much",
          "[table][limits]") {
  using sizes = std::vector<std::uint64_t>;
  constexpr auto highest = std::numeric_limits<std::uint64_t>::max();
  CHECK(level_that_fits({}, 0) == std::nullopt);
  CHECK(level_that_fits({1, 2, 3}, 6) == std::nullopt);
  CHECK(level_that_fits({1, 2, 3}, 5) == 2U);
  CHECK(level_that_fits({1000, 10, 10}, 600) == 576U);
  CHECK(level_that_fits({1000, 1000, 10}, 600) == 288U);
  CHECK(level_that_fits(sizes(31, 65'520), 2'000'000) == 63'488U);
  CHECK(level_that_fits({1, 1, 1}, 2) == 0U);
  CHECK(level_that_fits({highest, highest}, highest) == std::uint64_t{31}
                                                            << 58U);
  std::mt19937 random{5};
  for (int round = 0; round < 1000; ++round) {
    sizes of(below(random, 9));
    for (std::uint64_t& each : of)
      each = below(random, 1000);
    const std::uint64_t most = below(random, 2000);
    const auto level = level_that_fits(of, most);
    const auto cut_to = [&](std::uint64_t to) {
      std::uint64_t all = 0;
      for (const std::uint64_t each : of)
        all += std::min(each, to);
      return all;
    };
    REQUIRE(cut_to(level.value_or(highest)) <= most);
    if (level)
      REQUIRE(cut_to(*level + *level / 16 + 1) > most);
  }
}

TEST_CASE("the widest of a set are kept, each family has its half",
          "[table][limits]") {
  const auto set = set_of("45.0.0.0/24 46.0.0.1 46.0.0.3 2a01::/48 2a02::1 "
                          "2a02::3");
  CHECK(widest_of(set, 6) == set);
  CHECK(widest_of(set, 0).empty());
  CHECK(listed(widest_of(set, 1)) == "45.0.0.0/24");
  CHECK(listed(widest_of(set, 2)) == "45.0.0.0/24 2a01::/48");
  CHECK(listed(widest_of(set, 3)) == "45.0.0.0/24 46.0.0.1/32 2a01::/48");
  CHECK(widest_of(words("46.0.0.3 46.0.0.1 45.0.0.0/24"), 2) ==
        words("45.0.0.0/24 46.0.0.1"));
}

} // namespace limits_test
