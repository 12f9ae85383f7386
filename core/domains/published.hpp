// What is published for one domain.
#pragma once

#include "core/domains/known_domain.hpp"
#include "core/table/snapshot.hpp"

#include <chrono>
#include <string>
#include <vector>

namespace spfblock::domains {

/// The day, UTC, since which a term authorises what it does, as `{since}` of an
/// action has it.
[[nodiscard]] std::string since_text(const authorisation& of);

/// The listings of a domain: one, or where its action tells `{since}` one for
/// each day since which some of its addresses are authorised.  They are
/// disjoint and have the same name.
/// @pre the domain has an action
[[nodiscard]] std::vector<table::listing> listings_of(const known_domain& of);

/// The listing of those for whom the mail decides: it has no network.
/// @pre the domain has an action, and waits_for_mail is not null
[[nodiscard]] table::listing listing_by_mail(const known_domain& of);

} // namespace spfblock::domains
