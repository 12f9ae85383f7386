// The limits of a listing as a whole: what terms add up to, totals, growth
// (docs/threat-model.md).  Those of a single term are in spf::rules.
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

/// Takes out of `listing` the prefixes that are wider than allowed, also where
/// narrower terms add up to them: 256 times /8 is a /0.
/// @return what was taken out, at most one refusal a family
std::vector<refusal> refuse_too_wide(net::address_set& listing,
                                     const config::limit_settings& by);

/// The first total of `listing` that is over its limit.
[[nodiscard]] std::optional<refusal>
over_total(const net::address_set& listing, const config::limit_settings& by);

/// Whether `listing` grew too much from `former`: by more than the factor
/// `growth`, and by more than `growth_floor`, in IPv4 addresses or IPv6
/// networks of 64 bits.
[[nodiscard]] std::optional<refusal>
over_growth(const net::address_set& listing, const net::address_set& former,
            const config::limit_settings& by);

} // namespace spfblock::domains
