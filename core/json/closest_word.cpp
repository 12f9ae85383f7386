#include "core/json/closest_word.hpp"

#include "core/support/text.hpp"

#include <algorithm>
#include <cstddef>
#include <string>

namespace spfblock::json {

namespace {

constexpr std::size_t most_steps = 2;

/// Optimal string alignment distance.
std::size_t steps_between(std::string_view a, std::string_view b) {
  const std::size_t width = b.size() + 1;
  std::vector<std::size_t> cost((a.size() + 1) * width);
  const auto at = [&](std::size_t i, std::size_t j) -> std::size_t& {
    return cost[i * width + j];
  };
  for (std::size_t i = 0; i <= a.size(); ++i) {
    for (std::size_t j = 0; j <= b.size(); ++j) {
      if (i == 0 || j == 0) {
        at(i, j) = i + j;
        continue;
      }
      const std::size_t changed = a[i - 1] == b[j - 1] ? 0 : 1;
      at(i, j) = std::min(
          {at(i - 1, j) + 1, at(i, j - 1) + 1, at(i - 1, j - 1) + changed});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
        at(i, j) = std::min(at(i, j), at(i - 2, j - 2) + 1);
    }
  }
  return cost.back();
}

} // namespace

std::optional<std::string_view>
closest_word(std::string_view word,
             const std::vector<std::string_view>& known) {
  std::optional<std::string_view> closest;
  std::size_t fewest = most_steps + 1;
  for (const std::string_view candidate : known) {
    const auto longer = std::max(word.size(), candidate.size());
    if (longer - std::min(word.size(), candidate.size()) > most_steps)
      continue;
    const auto steps = steps_between(to_lower(word), to_lower(candidate));
    if (steps < fewest && steps * 3 <= longer) {
      fewest = steps;
      closest = candidate;
    }
  }
  return closest;
}

} // namespace spfblock::json
