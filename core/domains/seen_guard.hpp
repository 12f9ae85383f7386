// What of a listing would reject hosts that delivered wanted mail:
// `allow.seen`.
#pragma once

#include "core/config/settings.hpp"
#include "core/net/address_set.hpp"
#include "core/net/ip_prefix.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace spfblock::domains {

/// The networks of a listing that hold such a host.
struct seen_overlap {
  net::address_set networks;
  /// The first of these hosts: "198.51.100.7/32 (partner.example) and more";
  /// safe for output.
  std::string hosts;
  bool held = false; ///< they are not listed

  [[nodiscard]] bool empty() const noexcept { return networks.empty(); }

  friend bool operator==(const seen_overlap&, const seen_overlap&) = default;
};

/// The rule: of a record's networks those with an address that is seen, as the
/// record names them, and of each all that is listed.  A network that it names
/// within such a one, and that has none, counts for itself: naming what covers
/// him keeps nobody off the list.
///
/// @param found what is to be listed; who is seen and not in it is of no
/// account
/// @param named the networks that the record names: in any order, nested or
///        disjoint; what of `found` is in none of them counts as named by its
///        fewest prefixes
/// @return a part of `found`; without it nobody in `found` is seen
[[nodiscard]] net::address_set
covering_seen(const net::address_set& found,
              const std::vector<net::ip_prefix>& named,
              const net::address_set& seen);

/// The hosts that are seen, and what becomes of networks that hold them.
/// Regular value type.
class seen_guard {
public:
  /// Nobody is seen.
  seen_guard() = default;
  explicit seen_guard(const config::seen_settings& by);

  /// Whether what covering_seen() gives is kept off, or only told.
  [[nodiscard]] bool holds() const noexcept { return holds_; }

  /// By covering_seen().  Costs next to nothing where nobody is seen.
  [[nodiscard]] seen_overlap
  overlap_with(const net::address_set& found,
               const std::vector<net::ip_prefix>& named) const;

private:
  [[nodiscard]] std::string first_of(const net::address_set& hit) const;

  net::address_set all_;
  std::vector<config::seen_network> networks_; ///< ascending, disjoint
  bool holds_ = false;
};

} // namespace spfblock::domains
