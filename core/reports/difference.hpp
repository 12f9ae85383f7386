// What a refresh, or another configuration, would change in the table: what
// `spfblock diff` tells.
#pragma once

#include "core/domains/domain_book.hpp"
#include "core/net/address_set.hpp"
#include "core/table/holding.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace spfblock::reports {

/// What a listing is in the configuration.
enum class listing_kind : std::uint8_t {
  by_hand,        ///< a network
  domain,         ///< expanded and listed
  allowed_domain, ///< expanded, adds and removes nothing itself
  former,         ///< not there any more
};

/// What becomes of one listing.
struct listing_change {
  std::string name; ///< safe
  listing_kind kind = listing_kind::domain;
  net::address_set added;
  net::address_set removed;
  /// What keeps some of what the record authorises off the table, or its last
  /// good networks in it: allow, limits, DNS failures; and whom of those who
  /// delivered wanted mail it would reject.  Safe.
  std::vector<std::string> remarks;
  bool failed = false; ///< the DNS did
  /// What Postfix is told now and would be told, for one network that is listed
  /// now; both empty where that is the same, or nothing is listed now or then.
  /// Any text.
  std::string action_before;
  std::string action_after;

  [[nodiscard]] bool changes_action() const noexcept {
    return action_before != action_after;
  }
  [[nodiscard]] bool changes() const noexcept {
    return !added.empty() || !removed.empty() || changes_action();
  }
};

struct difference {
  /// In the order of the configuration, then those that are in it no more.
  std::vector<listing_change> listings;

  /// Whether the DNS failed for all domains, and there are some.
  [[nodiscard]] bool dns_failed() const noexcept;

  /// Whether any listing changes.
  [[nodiscard]] bool changes() const noexcept;
};

/// @param before what is in the table now
/// @param after a book in which each domain was just expanded
[[nodiscard]] difference
difference_between(const std::vector<table::holding>& before,
                   const domains::domain_book& after);

/// For people: a paragraph for each listing that changes or of which there is
/// something to say, with a line `  + NETWORK` or `  - NETWORK` for each
/// network, `  < ACTION` and `  > ACTION` for another action, and `  ! REMARK`
/// for each remark; then the totals.  At most 80 columns unless a word is
/// longer.  Ends with LF.
[[nodiscard]] std::string to_text(const difference& of);

} // namespace spfblock::reports
