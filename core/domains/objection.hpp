// What the limits keep off a domain's listing, in words.
#pragma once

#include "core/domains/domain_page.hpp"
#include "core/net/address_set.hpp"

#include <string>
#include <vector>

namespace spfblock::domains {

/// A limit that stands against some addresses.
struct objection {
  /// "limit networks: found 12000, allowed 10000; the last good listing stays"
  std::string text;
  net::address_set addresses; ///< of no allowed ones
  /// Whether it stands against the listing as a whole, and not only against
  /// the networks that are too wide.
  bool to_all = false;
};

/// The objections to what is known of a domain, then those to what the last
/// look found.
[[nodiscard]] std::vector<objection> objections_to(const domain_page& page);

} // namespace spfblock::domains
