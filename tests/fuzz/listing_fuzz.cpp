// A zone (line_zone.hpp) in which n0.test is listed and n1.test allowed: what
// is allowed, or over a limit, is never listed, whoever is expanded first.
#include "core/domains/domain_book.hpp"
#include "tests/fuzz/finding.hpp"
#include "tests/fuzz/line_zone.hpp"
#include "tests/support/zone_answers.hpp"

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

using namespace spfblock;
using domains::domain_book;
using fuzz::line_zone;

namespace {

using roles = std::vector<domains::role>;

constexpr const char* allowed_networks[] = {"10.0.0.16/28", "2001:db8::10/124"};
constexpr const char* networks_by_hand[] = {"10.0.0.0/27", "198.51.100.0/24"};

constexpr timestamp now{moment{std::chrono::hours{1}},
                        std::chrono::sys_days{std::chrono::year{2026} / 1 / 1}};

net::ip_prefix prefix(std::string_view text) {
  return *net::ip_prefix::parse(text);
}

config::settings settings_with(bool reserved) {
  const auto action = *table::action::parse("REJECT");
  config::spf_domain listed;
  listed.name = line_zone::domain();
  config::spf_domain allowed;
  allowed.name = testing::name_of("n1.test");
  config::settings made;
  made.domains.emplace_back(listed, action);
  made.allow.domains.push_back(allowed);
  made.allow.includes.push_back(testing::name_of("n2.test"));
  made.allow.reserved = reserved;
  for (const char* network : allowed_networks)
    made.allow.networks.push_back({prefix(network)});
  for (const char* network : networks_by_hand)
    made.networks.push_back({prefix(network), action, {}});
  return made;
}

/// A book in which both domains were expanded, and what was found.
struct story {
  domain_book book;
  spf::expansion listed;
  spf::expansion allowed;
};

/// @param order in which the expansions end
story told(const line_zone& zone, const config::settings& settings,
           const roles& order) {
  story made;
  made.book.apply(settings, {}, now);
  for (const auto& each : made.book.take_due(now)) {
    auto& found =
        each.role == domains::role::listed ? made.listed : made.allowed;
    found = zone.expand(each.domain, each.by);
  }
  for (const domains::role role : order)
    made.book.settle(
        role, role == domains::role::listed ? made.listed : made.allowed, now);
  return made;
}

void require(const line_zone& zone, bool holds, std::string_view claim) {
  if (!holds)
    std::fprintf(stderr, "\n%s", zone.description.c_str());
  fuzz::require(holds, claim);
}

/// Whether the book believes all that the allowed domain authorises.
bool is_believed(const story& of) {
  for (const domains::known_domain& page : of.book.domains())
    if (page.role == domains::role::allowed)
      return page.good_at && of.allowed.outcome == spf::outcome::expanded;
  return false;
}

void check_allowance(const line_zone& zone, const story& of, bool reserved) {
  const net::address_set& allowed = of.book.allowed().all();
  for (const char* network : allowed_networks)
    require(zone, (net::address_set{prefix(network)} - allowed).empty(),
            "an allowed network is allowed");
  if (reserved)
    require(zone, (net::address_set{prefix("10.0.0.0/8")} - allowed).empty(),
            "special-purpose space is allowed");
  if (is_believed(of))
    require(zone, (of.allowed.pass - allowed).to_prefixes().empty(),
            "what an allowed domain authorises is allowed");
}

void check_listings(const line_zone& zone, const story& of) {
  const config::limit_settings limits;
  for (const table::listing& listing : of.book.listings()) {
    const auto addresses = net::address_set::of(listing.networks);
    require(zone, (addresses & of.book.allowed().all()).empty(),
            "what is allowed is never listed");
    if (listing.name != line_zone::domain().to_string())
      continue;
    require(zone, (addresses - of.listed.pass).empty(),
            "a domain lists what its record authorises");
    for (const net::ip_prefix& network : addresses.to_prefixes())
      require(zone,
              network.length() >= (network.family() == net::family::ipv4
                                       ? *limits.widest_ipv4
                                       : *limits.widest_ipv6),
              "nothing too wide is listed");
    require(zone,
            addresses.prefix_count() <= *limits.networks &&
                addresses.ipv4_count() <= *limits.ipv4_addresses &&
                addresses.ipv6_slash64_count() <= *limits.ipv6_slash64s,
            "no total is over its limit");
  }
}

bool equal(const std::vector<table::listing>& a,
           const std::vector<table::listing>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](const auto& one, const auto& other) {
                      return one.name == other.name &&
                             one.networks == other.networks;
                    });
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                      std::size_t size) {
  using domains::role;
  const line_zone zone{fuzz::text_of(data, size)};
  for (const bool reserved : {false, true}) {
    const config::settings settings = settings_with(reserved);
    const story one = told(zone, settings, roles{role::listed, role::allowed});
    const story other =
        told(zone, settings, roles{role::allowed, role::listed});
    for (const spf::expansion* each : {&one.listed, &one.allowed})
      require(zone, each->work <= zone.most_work(*each),
              "an expansion costs no more than there is to go through");
    check_allowance(zone, one, reserved);
    check_listings(zone, one);
    check_listings(zone, told(zone, settings, roles{role::listed}));
    require(zone, equal(one.book.listings(), other.book.listings()),
            "who is expanded first changes nothing");
  }
  return 0;
}
