// Looking at the names that may be suggested.
#pragma once

#include "core/domains/domain_book.hpp"
#include "core/suggest/judgement.hpp"
#include "core/suggest/suspects.hpp"
#include "server/configuration.hpp"

#include <cstddef>
#include <vector>

namespace spfblock::server {

/// Asks the DNS as it is configured what the server would list if these names
/// were, and of the mails of suspects that a term of the mail decides about
/// whether they pass.
///
/// No more questions than `budget`, about: names for which there is no room in
/// it are not in the result.  It is lessened by what was asked.
/// @param book of this configuration, expanded; these names are in it then
/// @param by whom to ask; `by.settings` lists these names, too, then
[[nodiscard]] suggest::looks_by_name
look_at(const std::vector<dns::name>& names,
        const std::vector<const suggest::sender*>& senders,
        domains::domain_book& book, configuration& by, std::size_t& budget);

} // namespace spfblock::server
