#include "core/config/day.hpp"

#include "core/support/text.hpp"

#include <cstddef>

namespace spfblock::config {

namespace {

constexpr std::string_view form = "YYYY-MM-DD";

/// The number of `digits` digits at `begin`.
std::optional<unsigned> number_at(std::string_view text, std::size_t begin,
                                  std::size_t digits) noexcept {
  constexpr unsigned highest = 9999;
  const auto number = parse_decimal(text.substr(begin, digits), highest);
  if (!number)
    return std::nullopt;
  return static_cast<unsigned>(*number);
}

} // namespace

std::optional<std::chrono::sys_days> parse_day(std::string_view text) noexcept {
  if (text.size() != form.size() || text[4] != '-' || text[7] != '-')
    return std::nullopt;
  const auto year = number_at(text, 0, 4);
  const auto month = number_at(text, 5, 2);
  const auto day = number_at(text, 8, 2);
  if (!year || !month || !day)
    return std::nullopt;
  const std::chrono::year_month_day date{
      std::chrono::year{static_cast<int>(*year)}, std::chrono::month{*month},
      std::chrono::day{*day}};
  if (!date.ok())
    return std::nullopt;
  return std::chrono::sys_days{date};
}

} // namespace spfblock::config
