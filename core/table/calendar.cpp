#include "core/table/calendar.hpp"

#include <fmt/format.h>

#include <array>

namespace spfblock::table {

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

std::optional<std::chrono::sys_seconds> time_since_1970(std::int64_t seconds) {
  constexpr std::int64_t last = 253'402'300'799; // 9999-12-31T23:59:59Z
  if (seconds < 0 || seconds > last)
    return std::nullopt;
  return std::chrono::sys_seconds{std::chrono::seconds{seconds}};
}

} // namespace spfblock::table
