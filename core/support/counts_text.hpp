// Counts in words.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

namespace spfblock {

/// The word that goes with a number: "is" with 1, "are" with any other.
[[nodiscard]] constexpr std::string_view
by_number(std::uint64_t number, std::string_view one,
          std::string_view several) noexcept {
  return number == 1 ? one : several;
}

/// "41 rejected, 3 spam": how many there are of what, without what there is
/// none of; empty if there is nothing.
[[nodiscard]] std::string counts_text(
    std::initializer_list<std::pair<std::uint64_t, std::string_view>> counts);

} // namespace spfblock
