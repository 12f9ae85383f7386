#include "core/domains/limits.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/expected_listing.hpp"
#include "tests/support/random_sets.hpp"

#include <limits>
#include <optional>
#include <random>
#include <string>
#include <vector>

using namespace spfblock;
using namespace spfblock::testing;
using domains::over_growth;
using domains::over_total;
using domains::refusal;
using domains::refuse_too_wide;

namespace {

/// No limit at all.
config::limit_settings unlimited() {
  config::limit_settings made;
  made.widest_ipv4 = made.widest_ipv6 = std::nullopt;
  made.ipv4_addresses = made.ipv6_slash64s = made.networks = std::nullopt;
  made.growth = std::nullopt;
  made.growth_floor = 0;
  return made;
}

config::limit_settings widest(std::optional<unsigned> ipv4,
                              std::optional<unsigned> ipv6) {
  auto made = unlimited();
  made.widest_ipv4 = ipv4;
  made.widest_ipv6 = ipv6;
  return made;
}

std::string limit_of(const std::optional<refusal>& of) {
  return of ? std::string{of->limit} : "none";
}

} // namespace

TEST_CASE("prefixes shorter than the limit are taken out, of each family",
          "[table][limits]") {
  struct row {
    std::string listing;
    std::optional<unsigned> ipv4;
    std::optional<unsigned> ipv6;
    std::string kept;
    std::vector<refusal> refused;
  };
  const auto v4 = [](std::uint64_t found, std::uint64_t allowed,
                     std::string_view what) {
    return refusal{"widest_ipv4", found, allowed, set_of(what)};
  };
  const auto v6 = [](std::uint64_t found, std::uint64_t allowed,
                     std::string_view what) {
    return refusal{"widest_ipv6", found, allowed, set_of(what)};
  };
  const std::vector<row> rows{
      {"", 16, 32, "", {}},
      {"45.0.0.0/16 2a01::/32", 16, 32, "45.0.0.0/16 2a01::/32", {}},
      {"45.0.0.0/15", 16, 32, "", {v4(15, 16, "45.0.0.0/15")}},
      {"40.0.0.0/16 45.0.0.0/15 48.0.0.0/8 52.1.1.1/32",
       16,
       32,
       "40.0.0.0/16 52.1.1.1/32",
       {v4(8, 16, "45.0.0.0/15 48.0.0.0/8")}},
      {"45.0.0.0/16 45.1.0.0/16", 16, 32, "", {v4(15, 16, "45.0.0.0/15")}},
      {"45.1.0.0/16 45.2.0.0/16", 16, 32, "45.1.0.0/16 45.2.0.0/16", {}},
      {"2a00::/31 2a08::/48", 16, 32, "2a08::/48", {v6(31, 32, "2a00::/31")}},
      {"0.0.0.0/0 ::/0",
       16,
       32,
       "",
       {v4(0, 16, "0.0.0.0/0"), v6(0, 32, "::/0")}},
      {"0.0.0.0/0 ::/0", std::nullopt, 32, "0.0.0.0/0", {v6(0, 32, "::/0")}},
      {"0.0.0.0/0 ::/0", 0, 0, "0.0.0.0/0 ::/0", {}},
      {"0.0.0.0/1 128.0.0.0/1", 1, 32, "", {v4(0, 1, "0.0.0.0/0")}},
      {"45.0.0.0/31 45.0.0.4/32",
       32,
       128,
       "45.0.0.4/32",
       {v4(31, 32, "45.0.0.0/31")}},
      // A hole leaves the prefixes around it as they are.
      {"0.0.0.0/0 -45.0.0.1/32",
       16,
       32,
       "45.0.0.0/15 -45.0.0.1/32",
       {v4(1, 16, "0.0.0.0/0 -45.0.0.0/15")}},
  };
  for (const row& each : rows) {
    CAPTURE(each.listing);
    net::address_set listing = set_of(each.listing);
    const auto refused = refuse_too_wide(listing, widest(each.ipv4, each.ipv6));
    CHECK(listed(listing) == listed(set_of(each.kept)));
    CHECK(refused == each.refused);
  }
}

TEST_CASE("no prefix shorter than the limit is left, and nothing else is gone",
          "[table][limits]") {
  std::mt19937 random{4};
  for (int round = 0; round < 2000; ++round) {
    const net::address_set before = random_set(random, 40);
    const unsigned ipv4 = below(random, 33);
    const unsigned ipv6 = below(random, 129);
    CAPTURE(round, ipv4, ipv6, listed(before));
    net::address_set after = before;
    const auto refused = refuse_too_wide(after, widest(ipv4, ipv6));

    std::vector<net::ip_prefix> narrow;
    for (const net::ip_prefix& each : before.to_prefixes()) {
      if (each.length() >= (each.family() == net::family::ipv4 ? ipv4 : ipv6))
        narrow.push_back(each);
    }
    REQUIRE(after == net::address_set::of(narrow));
    for (const net::ip_prefix& each : after.to_prefixes())
      REQUIRE(each.length() >=
              (each.family() == net::family::ipv4 ? ipv4 : ipv6));
    net::address_set taken;
    for (const refusal& each : refused) {
      REQUIRE(each.found < each.allowed);
      REQUIRE_FALSE(each.addresses.empty());
      taken |= each.addresses;
    }
    REQUIRE(taken == before - after);
    REQUIRE(refused.size() <= 2);
    REQUIRE(refuse_too_wide(after, widest(ipv4, ipv6)).empty());
  }
}

TEST_CASE("a total is over its limit by one more", "[table][limits]") {
  auto by = unlimited();
  const auto all = set_of("0.0.0.0/0 ::/0");
  CHECK(limit_of(over_total(all, by)) == "none");
  CHECK(limit_of(over_total({}, by)) == "none");

  by.ipv4_addresses = 256;
  CHECK(limit_of(over_total(set_of("45.0.0.0/24 ::/0"), by)) == "none");
  const auto one_more = set_of("45.0.0.0/24 46.0.0.0/32");
  CHECK(over_total(one_more, by) ==
        refusal{"ipv4_addresses", 257, 256, one_more});
  CHECK(over_total(all, by)->found == std::uint64_t{1} << 32U);
  by.ipv4_addresses = 0;
  CHECK(limit_of(over_total(set_of("45.0.0.0/32"), by)) == "ipv4_addresses");
  CHECK(limit_of(over_total({}, by)) == "none");

  by = unlimited();
  by.ipv6_slash64s = 2;
  CHECK(limit_of(over_total(set_of("0.0.0.0/0 2a01::/63"), by)) == "none");
  CHECK(limit_of(over_total(set_of("2a01::1/128 2a01:0:0:1::1/128"), by)) ==
        "none");
  CHECK(over_total(set_of("2a01::/63 2a02::1/128"), by)->found == 3);

  by = unlimited();
  by.networks = 2;
  CHECK(limit_of(over_total(set_of("45.0.0.0/24 2a01::/64"), by)) == "none");
  CHECK(limit_of(over_total(set_of("45.0.0.0/25 45.0.0.128/25 2a01::/64"),
                            by)) == "none");
  CHECK(over_total(set_of("45.0.0.0/24 46.0.0.0/24 2a01::/64"), by)->found ==
        3);
}

TEST_CASE("growth is over the factor and over the floor", "[table][limits]") {
  struct row {
    std::string former;
    std::string now;
    unsigned factor;
    std::uint64_t floor;
    bool over;
  };
  const std::vector<row> rows{
      {"45.0.0.0/24", "45.0.0.0/22", 4, 0, false},
      {"45.0.0.0/24", "45.0.0.0/22 46.0.0.0/32", 4, 0, true},
      {"45.0.0.0/24", "45.0.0.0/22 46.0.0.0/32", 4, 769, false},
      {"45.0.0.0/24", "45.0.0.0/22 46.0.0.0/32", 4, 768, true},
      {"45.0.0.0/22", "45.0.0.0/24", 4, 0, false},
      {"", "45.0.0.0/32", 4, 0, true},
      {"", "45.0.0.0/32", 4, 1, false},
      {"", "", 4, 0, false},
      {"45.0.0.0/24", "46.0.0.0/24", 1, 0, false}, // others, not more
      {"45.0.0.0/24", "46.0.0.0/24 47.0.0.0/32", 1, 0, true},
      {"2a01::/64", "2a01::/62", 4, 0, false},
      {"2a01::/64", "2a01::/62 2a02::/64", 4, 0, true},
      {"45.0.0.0/8 2a01::/64", "45.0.0.0/8 2a01::/61", 4, 0, true},
      {"0.0.0.0/0 ::/0", "0.0.0.0/0 ::/0", 4, 0, false},
      {"0.0.0.0/0 ::/0", "0.0.0.0/0 ::/0", 4,
       std::numeric_limits<std::uint64_t>::max(), false},
      {"::/1", "::/0", std::numeric_limits<unsigned>::max(), 0, false},
      {"", "0.0.0.0/0 ::/0", 4, std::numeric_limits<std::uint64_t>::max(),
       false},
  };
  for (const row& each : rows) {
    CAPTURE(each.former, each.now, each.factor, each.floor);
    auto by = unlimited();
    by.growth = each.factor;
    by.growth_floor = each.floor;
    const auto over = over_growth(set_of(each.now), set_of(each.former), by);
    CHECK(over.has_value() == each.over);
    if (over)
      CHECK(over->addresses == set_of(each.now) - set_of(each.former));
    by.growth = std::nullopt;
    CHECK_FALSE(over_growth(set_of(each.now), set_of(each.former), by));
  }
}
