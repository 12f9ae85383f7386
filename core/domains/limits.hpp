// The limits of a listing as a whole: what terms add up to, and totals
// (docs/threat-model.md).  Those of a single term are in spf::rules, those of
// growth in growth.hpp.
#pragma once

#include "core/config/settings.hpp"
#include "core/net/address_set.hpp"

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace spfblock::domains {

/// A limit and what went over it.
struct refusal {
  std::string_view limit;     ///< the setting: "networks"; static storage
  std::uint64_t found = 0;    ///< for a width the shortest prefix length
  std::uint64_t allowed = 0;  ///< by the setting; for growth by the factor
  net::address_set addresses; ///< what is therefore not listed

  friend bool operator==(const refusal&, const refusal&) = default;
};

/// What the limits leave of a listing.
struct limited {
  net::address_set listing;
  std::vector<refusal> refusals; ///< disjoint; a limit at most once
};

/// Refuses what is over a limit, and nothing else.
///
/// A limit of addresses refuses networks as the record names them: a narrower
/// one that is named, too, stays when one that covers it is refused.  So
/// nobody gets off the list by naming what covers him or stands beside him.
///
/// - `widest_*`: a network that is wider.  Of those that cover a network one
/// bit
///   wider than that together, the widest, until they do not.
/// - `ipv4_addresses`, `ipv6_slash64s`: the widest of the family, until the
///   rest fits.
/// - `networks`: of the fewest prefixes of what is left those that cover least,
///   until the rest fits.  Prefixes of different families are not compared: the
///   limit is for both, and each has at least half of it if it needs so much.
///   So IPv6 hosts, which cost nothing, keep no IPv4 network off.
///
/// Of equal ones the one whose address is the highest goes first.
/// O(n log n).
///
/// @param found what is to be listed
/// @param named the networks that the record names: in any order, nested or
///        disjoint, more than once; what of `found` is in none of them counts
///        as named by its fewest prefixes
[[nodiscard]] limited within_limits(const net::address_set& found,
                                    std::vector<net::ip_prefix> named,
                                    const config::limit_settings& by);

/// What a domain may have of `limits.total`; nothing: all that it has.
struct share {
  std::optional<std::uint64_t> ipv4_addresses;
  std::optional<std::uint64_t> networks;
  /// Networks that are held and not listed: what is allowed, refused or waits.
  /// All domains together hold as many of them as they may list.
  std::optional<std::uint64_t> unlisted = std::nullopt;

  friend bool operator==(const share&, const share&) = default;
};

/// Refuses what is over the share of a domain, as within_limits() does.
void keep_to_share(limited& listing, std::vector<net::ip_prefix> named,
                   const share& by);

/// What each of `sizes` is to be cut down to, so that they do not add up to
/// more than `most`; nothing if they fit as they are.  So the largest is cut
/// first.
///
/// It is the highest such number of five binary digits and zeros behind them:
/// at most a sixteenth of what would fit is lost by that, and a small change of
/// one size seldom changes what the others have.  O(n).
[[nodiscard]] std::optional<std::uint64_t>
level_that_fits(const std::vector<std::uint64_t>& sizes, std::uint64_t most);

/// So many networks of a domain are told apart where `networks` is no limit.
inline constexpr std::uint64_t networks_without_limit = 65'536;

/// How many prefixes are kept of a domain that may list so many networks: what
/// is allowed or waits is kept as well.
[[nodiscard]] constexpr std::uint64_t most_kept(std::uint64_t networks) {
  return 2 * networks;
}

/// The part of `set` that has at most `most` prefixes: those that cover most,
/// as `networks` keeps them.  O(n).
[[nodiscard]] net::address_set widest_of(const net::address_set& set,
                                         std::uint64_t most);

/// The `most` widest of these networks, ascending.
[[nodiscard]] std::vector<net::ip_prefix>
widest_of(std::vector<net::ip_prefix> of, std::uint64_t most);

} // namespace spfblock::domains
