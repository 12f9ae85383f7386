#include "core/domains/limits.hpp"

#include <algorithm>
#include <limits>

namespace spfblock::domains {
namespace {

/// The prefixes of one family that are wider than `widest`.
std::optional<refusal> too_wide(const net::address_set& listing,
                                net::family family, unsigned widest,
                                std::string_view setting) {
  const auto shortest = listing.shortest_length(family);
  if (!shortest || *shortest >= widest)
    return std::nullopt;
  std::vector<net::ip_prefix> wide;
  for (const net::ip_prefix& network : listing.only(family).to_prefixes()) {
    if (network.length() < widest)
      wide.push_back(network);
  }
  return refusal{setting, *shortest, widest, net::address_set::of(wide)};
}

std::optional<refusal> total(std::string_view setting, std::uint64_t found,
                             std::optional<std::uint64_t> most,
                             const net::address_set& listing) {
  if (!most || found <= *most)
    return std::nullopt;
  return refusal{setting, found, *most, listing};
}

/// What `former` may grow to, saturated.
std::uint64_t most_after(std::uint64_t former, unsigned factor,
                         std::uint64_t floor) {
  constexpr auto highest = std::numeric_limits<std::uint64_t>::max();
  const std::uint64_t grown =
      former > highest / factor ? highest : former * factor;
  const std::uint64_t raised =
      former > highest - floor ? highest : former + floor;
  return std::max(grown, raised);
}

} // namespace

std::vector<refusal> refuse_too_wide(net::address_set& listing,
                                     const config::limit_settings& by) {
  std::vector<refusal> refused;
  const auto refuse = [&](net::family family, std::optional<unsigned> widest,
                          std::string_view setting) {
    if (!widest)
      return;
    if (auto wide = too_wide(listing, family, *widest, setting)) {
      listing -= wide->addresses;
      refused.push_back(*std::move(wide));
    }
  };
  refuse(net::family::ipv4, by.widest_ipv4, "widest_ipv4");
  refuse(net::family::ipv6, by.widest_ipv6, "widest_ipv6");
  return refused;
}

std::optional<refusal> over_total(const net::address_set& listing,
                                  const config::limit_settings& by) {
  if (auto over = total("ipv4_addresses", listing.ipv4_count(),
                        by.ipv4_addresses, listing))
    return over;
  if (auto over = total("ipv6_slash64s", listing.ipv6_slash64_count(),
                        by.ipv6_slash64s, listing))
    return over;
  if (!by.networks)
    return std::nullopt;
  return total("networks", listing.prefix_count(), by.networks, listing);
}

std::optional<refusal> over_growth(const net::address_set& listing,
                                   const net::address_set& former,
                                   const config::limit_settings& by) {
  if (!by.growth)
    return std::nullopt;
  const auto grown = [&](std::uint64_t now, std::uint64_t before) {
    return total("growth", now, most_after(before, *by.growth, by.growth_floor),
                 listing - former);
  };
  if (auto over = grown(listing.ipv4_count(), former.ipv4_count()))
    return over;
  return grown(listing.ipv6_slash64_count(), former.ipv6_slash64_count());
}

} // namespace spfblock::domains
