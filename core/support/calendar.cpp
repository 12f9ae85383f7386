#include "core/support/calendar.hpp"

#include "core/support/text.hpp"

#include <fmt/format.h>

#include <array>
#include <cstddef>

namespace spfblock {

namespace {

constexpr std::string_view day_form = "YYYY-MM-DD";

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

std::string utc_text(std::chrono::sys_seconds at) {
  const auto day = std::chrono::floor<std::chrono::days>(at);
  const auto minutes =
      std::chrono::floor<std::chrono::minutes>(at - day).count();
  return fmt::format("{} {:02}:{:02} UTC", day_text(day), minutes / 60,
                     minutes % 60);
}

std::string day_text(std::chrono::sys_days day) {
  const std::chrono::year_month_day date{day};
  return fmt::format("{:04}-{:02}-{:02}", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()),
                     static_cast<unsigned>(date.day()));
}

std::string span_text(std::chrono::seconds span) {
  struct unit {
    char letter;
    std::int64_t seconds;
  };
  constexpr std::array<unit, 3> units{{{'d', 86'400}, {'h', 3'600}, {'m', 60}}};
  const std::int64_t count = span.count();
  for (const unit& each : units) {
    if (count >= 2 * each.seconds)
      return fmt::format("{}{}", count / each.seconds, each.letter);
  }
  return fmt::format("{}s", count < 0 ? 0 : count);
}

std::optional<std::chrono::sys_seconds> time_since_1970(std::uint64_t seconds) {
  constexpr std::uint64_t last = 253'402'300'799; // 9999-12-31T23:59:59Z
  if (seconds > last)
    return std::nullopt;
  return std::chrono::sys_seconds{
      std::chrono::seconds{static_cast<std::int64_t>(seconds)}};
}

std::optional<std::chrono::sys_days> parse_day(std::string_view text) noexcept {
  if (text.size() != day_form.size() || text[4] != '-' || text[7] != '-')
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

} // namespace spfblock
