#include "core/support/duration.hpp"

#include "core/support/contract.hpp"
#include "core/support/text.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

namespace spfblock {

namespace {

struct unit {
  char letter;
  std::int64_t seconds;
};

constexpr std::array<unit, 4> units{
    {{'d', 86'400}, {'h', 3'600}, {'m', 60}, {'s', 1}}};

constexpr std::int64_t longest = std::int64_t{36'500} * 86'400;

} // namespace

std::optional<std::chrono::seconds>
parse_duration(std::string_view text) noexcept {
  if (text.empty())
    return std::nullopt;
  const auto* const found =
      std::find_if(units.begin(), units.end(),
                   [&](const unit& u) { return u.letter == text.back(); });
  if (found == units.end())
    return std::nullopt;
  const auto count =
      parse_decimal(text.substr(0, text.size() - 1),
                    static_cast<std::uint64_t>(longest / found->seconds));
  if (!count)
    return std::nullopt;
  return std::chrono::seconds{static_cast<std::int64_t>(*count) *
                              found->seconds};
}

std::string duration_text(std::chrono::seconds duration) {
  const std::int64_t count = duration.count();
  EXPECTS(count >= 0);
  if (count == 0)
    return "0s";
  const auto* const found =
      std::find_if(units.begin(), units.end(),
                   [&](const unit& u) { return count % u.seconds == 0; });
  return std::to_string(count / found->seconds) + found->letter;
}

std::optional<std::chrono::milliseconds>
parse_short_duration(std::string_view text) noexcept {
  constexpr std::string_view unit = "ms";
  if (!text.ends_with(unit))
    return parse_duration(text);
  const auto count =
      parse_decimal(text.substr(0, text.size() - unit.size()), longest * 1000);
  if (!count)
    return std::nullopt;
  return std::chrono::milliseconds{static_cast<std::int64_t>(*count)};
}

std::string short_duration_text(std::chrono::milliseconds duration) {
  const auto whole = std::chrono::floor<std::chrono::seconds>(duration);
  return whole == duration ? duration_text(whole)
                           : std::to_string(duration.count()) + "ms";
}

} // namespace spfblock
