// Days as settings write them: "2027-01-31".
#pragma once

#include <chrono>
#include <optional>
#include <string_view>

namespace spfblock::config {

/// Reads YYYY-MM-DD (RFC 3339 full-date): a day that the calendar has, with
/// nothing before, between or behind.
///
/// Compare it in days: the last ones, 9999-12-31 among them, are beyond what
/// a time point of nanoseconds can hold.
/// @return nothing if `text` is no such thing
[[nodiscard]] std::optional<std::chrono::sys_days>
parse_day(std::string_view text) noexcept;

} // namespace spfblock::config
