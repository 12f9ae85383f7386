// The word that was probably meant by a mistyped one.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

namespace spfblock::json {

/// The one of `known` that `word` can be made into with the fewest letters
/// added, left out, changed or swapped with their neighbour, whatever the
/// case; the first one of several.
/// @return nothing if that takes more than two such steps, or more than one
///         for every three letters
/// Complexity: O(known.size() * square of the longest known one); a `word`
/// of any length costs no more.
[[nodiscard]] std::optional<std::string_view>
closest_word(std::string_view word, const std::vector<std::string_view>& known);

} // namespace spfblock::json
