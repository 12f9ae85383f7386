// What happened between two views of the domain book.
#pragma once

#include "core/domains/domain_book.hpp"
#include "core/history/entry.hpp"
#include "core/history/recollection.hpp"

#include <chrono>
#include <vector>

namespace spfblock::history {

/// Whether a configuration came into force meanwhile.
enum class configuration : bool { same, other };

/// What is in `after` and was otherwise in `before`: entries of the
/// configuration first, then domain by domain in its order.  Providers are left
/// out: where one of them changes what is listed, that is told of the listing.
///
/// The book says nothing of what it was in between: what came and went again is
/// not told.  Copies of a book share what did not change, which costs next to
/// nothing here; what did costs time linear in its ranges.
[[nodiscard]] std::vector<entry>
changes_between(const domains::domain_book& before,
                const domains::domain_book& after, configuration meanwhile,
                std::chrono::sys_seconds at);

/// What the history has to be told where a server starts with `now`: what it
/// does not know as it is.
[[nodiscard]] std::vector<entry> unknown_to(const recollection& of,
                                            const domains::domain_book& now,
                                            std::chrono::sys_seconds at);

} // namespace spfblock::history
