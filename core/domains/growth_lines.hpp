// What was listed before, and what waits, as a text of the state.
#pragma once

#include "core/domains/state.hpp"
#include "core/support/result.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace spfblock::domains {

/// A line for each set: a word, its numbers, its networks.  Of those that were
/// listed what makes them different from what was found good:
///
///     recent SINCE NETWORK...
///     before NETWORK...
///     waited NETWORK...
///     waiting BEGUN ENDED NETWORK...
///     held FOUND ALLOWED NETWORK...
[[nodiscard]] std::string growth_lines(const domain_state& of);

/// Reads what growth_lines() wrote.
/// @param into has what was found good
/// @return errc::malformed, with what is wrong with the first such line
[[nodiscard]] std::optional<failure> read_growth(std::string_view lines,
                                                 domain_state& into);

} // namespace spfblock::domains
