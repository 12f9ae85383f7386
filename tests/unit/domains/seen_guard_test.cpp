#include "core/domains/seen_guard.hpp"
#include "core/support/text.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/expected_listing.hpp"

#include <cstdint>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace seen_guard_test {

using namespace spfblock;
using namespace spfblock::testing;
using config::on_overlap;
using config::seen_network;
using domains::covering_seen;
using domains::seen_guard;
using domains::seen_overlap;

namespace {

std::vector<net::ip_prefix> prefixes(std::string_view words) {
  std::vector<net::ip_prefix> all;
  for (const std::string_view word : split(words, ' ')) {
    if (!word.empty())
      all.push_back(*net::ip_prefix::parse(word));
  }
  return all;
}

seen_network seen(std::string_view network, std::string domain = "") {
  seen_network made;
  made.network = *net::ip_prefix::parse(network);
  made.domain = std::move(domain);
  return made;
}

} // namespace

TEST_CASE(
    "a network with a host that is seen is covered as the record names it",
    "[table][seen_guard]") {
  struct row {
    const char* what;
    const char* found; ///< words of set_of()
    const char* named;
    const char* seen;
    const char* covering; ///< words of set_of()
  };
  const auto [what, found, named, seen, covering] = GENERATE(values<row>({
      {"nobody is seen", "45.0.0.0/22", "45.0.0.0/22", "", ""},
      {"who is seen stands beside it", "45.0.0.0/22", "45.0.0.0/22", "45.0.4.1",
       ""},
      {"all of it, not the host alone", "45.0.0.0/22", "45.0.0.0/22",
       "45.0.1.7", "45.0.0.0/22"},
      {"neighbours that merge into one prefix stay apart", "45.0.0.0/23",
       "45.0.0.0/24 45.0.1.0/24", "45.0.1.7", "45.0.1.0/24"},
      {"one that is named within it counts for itself", "45.0.0.0/24",
       "45.0.0.0/24 45.0.0.64/26", "45.0.0.7", "45.0.0.0/24 -45.0.0.64/26"},
      {"and so does what is around it", "45.0.0.0/24",
       "45.0.0.0/24 45.0.0.64/26", "45.0.0.70", "45.0.0.0/24"},
      {"whoever repeats it changes nothing", "45.0.0.0/24",
       "45.0.0.0/24 45.0.0.0/25 45.0.0.128/25", "45.0.0.7", "45.0.0.0/25"},
      {"a carve-out is not listed: who is seen there is not hurt",
       "45.0.0.0/24 -45.0.0.7/32", "45.0.0.0/24", "45.0.0.7", ""},
      {"of what is allowed within it nothing is told",
       "45.0.0.0/24 -45.0.0.64/26", "45.0.0.0/24", "45.0.0.7",
       "45.0.0.0/24 -45.0.0.64/26"},
      {"what no term names stands for itself, by its prefixes",
       "45.0.0.0/24 45.9.0.0/24", "45.0.0.0/24", "45.9.0.7", "45.9.0.0/24"},
      {"a host of IPv6 has a /64", "2a01::/48", "2a01::/48", "2a01::/64",
       "2a01::/48"},
      {"of which one address is enough", "2a01::5/128 45.0.0.0/24",
       "2a01::5/128 45.0.0.0/24", "2a01::/64", "2a01::5/128"},
      {"wider ones too, that a person wrote", "45.0.0.0/24 45.0.1.0/24",
       "45.0.0.0/24 45.0.1.0/24", "45.0.0.0/16", "45.0.0.0/23"},
      {"all, where a term is so", "0.0.0.0/0", "0.0.0.0/0", "45.0.0.7",
       "0.0.0.0/0"},
  }));
  CAPTURE(what);
  CHECK(covering_seen(set_of(found), prefixes(named), set_of(seen)) ==
        set_of(covering));
}

TEST_CASE("what covers nobody who is seen stays listed, and nobody who is seen "
          "does",
          "[table][seen_guard][random]") {
  std::mt19937 random{11};
  const auto network = [&random](unsigned shortest) {
    const unsigned length =
        shortest + static_cast<unsigned>(random() % (33 - shortest));
    return net::ip_prefix::containing(
        net::ip_address::ipv4(0x2d000000U +
                              static_cast<std::uint32_t>(random() % 1024)),
        length);
  };
  for (int i = 0; i < 2000; ++i) {
    std::vector<net::ip_prefix> named;
    std::vector<net::ip_prefix> away;
    for (std::size_t n = 1 + random() % 6; n > 0; --n)
      named.push_back(network(22));
    for (std::size_t n = random() % 3; n > 0; --n)
      away.push_back(network(26));
    const auto found = net::address_set::of(named) - net::address_set::of(away);
    const net::address_set who{network(28)};
    const auto rest = found - covering_seen(found, named, who);

    for (std::uint32_t j = 0; j < 1024; ++j) {
      const auto address = net::ip_address::ipv4(0x2d000000U + j);
      bool stays = false;
      for (const net::ip_prefix& each : named)
        stays |= each.contains(address) &&
                 (net::address_set{each} & found & who).empty();
      REQUIRE(rest.contains(address) == (stays && found.contains(address)));
    }
  }
}

TEST_CASE("a guard names the first hosts that are seen, with a sender's domain",
          "[table][seen_guard]") {
  const seen_guard guard{
      {{seen("45.0.0.0/28"), seen("45.0.0.7/32", "in.it"),
        seen("45.0.1.7/32", "partner.example"), seen("45.0.1.8/32"),
        seen("45.0.2.9/32"), seen("2a01::/64", "six.example")},
       on_overlap::warn}};
  CHECK_FALSE(guard.holds());
  const auto hosts = [&guard](std::string_view found) {
    const auto made = guard.overlap_with(set_of(found), prefixes(found));
    CHECK_FALSE(made.held);
    return made.hosts;
  };
  CHECK(hosts("45.1.0.0/24").empty());
  CHECK(hosts("45.0.0.4/32") == "45.0.0.0/28");
  CHECK(hosts("45.0.0.0/23") ==
        "45.0.0.0/28, 45.0.1.7/32 (partner.example), 45.0.1.8/32");
  CHECK(hosts("45.0.1.0/24 45.0.2.0/24 2a01::4/128") ==
        "45.0.1.7/32 (partner.example), 45.0.1.8/32, 45.0.2.9/32 and more");
  CHECK(hosts("2a01::4/128") == "2a01::/64 (six.example)");
}

TEST_CASE("a guard names the first of neighbours that make up one prefix",
          "[table][seen_guard]") {
  const seen_guard guard{
      {{seen("45.0.0.2/32"), seen("45.0.0.3/32"), seen("45.0.0.4/30")},
       on_overlap::warn}};
  const auto made =
      guard.overlap_with(set_of("45.0.0.0/24"), prefixes("45.0.0.0/24"));
  CHECK(made.hosts == "45.0.0.2/32, 45.0.0.3/32, 45.0.0.4/30");
}

TEST_CASE("a guard passes over what a person struck", "[table][seen_guard]") {
  auto struck = seen("45.0.0.7/32");
  struck.struck = true;
  const seen_guard guard{{{struck, seen("45.0.1.7/32")}, on_overlap::hold}};
  CHECK(guard.holds());
  const auto made = guard.overlap_with(set_of("45.0.0.0/24 45.0.1.0/24"),
                                       prefixes("45.0.0.0/24 45.0.1.0/24"));
  CHECK(made == seen_overlap{set_of("45.0.1.0/24"), "45.0.1.7/32", true});
  CHECK(seen_guard{}.overlap_with(set_of("0.0.0.0/0"), {}).empty());
}

} // namespace seen_guard_test
