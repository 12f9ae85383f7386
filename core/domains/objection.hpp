// What the limits keep off a domain's listing, in words.
#pragma once

#include "core/domains/known_domain.hpp"
#include "core/net/address_set.hpp"

#include <string>
#include <vector>

namespace spfblock::domains {

/// A limit that stands against some addresses.
struct objection {
  /// "limit networks: found 70000, allowed 65536; 4464 networks refused"
  std::string text;
  net::address_set addresses; ///< of no allowed ones
};

/// The objections to what is known of a domain, then those to what else the
/// last look found.
[[nodiscard]] std::vector<objection> objections_to(const known_domain& known);

} // namespace spfblock::domains
