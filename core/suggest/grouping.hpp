// Suggestions that belong together.
#pragma once

#include "core/suggest/suggestion.hpp"

#include <vector>

namespace spfblock::suggest {

/// Joins suggestions that share an include, or a listing that has some of their
/// networks.  The group with the most bad mail comes first, within it an
/// include, then the suggestion with the most.
[[nodiscard]] std::vector<group> grouped(std::vector<suggestion> all);

} // namespace spfblock::suggest
