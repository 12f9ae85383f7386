// Expanding all domains of a configuration, once and now.
#pragma once

#include "core/domains/domain_book.hpp"
#include "server/configuration.hpp"

namespace spfblock::server {

/// Expands every domain of the book that is due, and settles what it finds;
/// tells a person at a terminal how far it is.
/// @param by what the book was made from: whom to ask
void expand_due(domains::domain_book& book, const configuration& by);

/// All domains of a configuration as they are now; with what the state file
/// knows of them, so that growth and failures are judged as the server would.
[[nodiscard]] domains::domain_book expanded_book(const configuration& by);

} // namespace spfblock::server
