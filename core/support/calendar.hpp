// Times and spans as people and documents have them.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace spfblock {

/// "2026-11-24 08:50 UTC"
[[nodiscard]] std::string utc_text(std::chrono::sys_seconds at);

/// "2026-11-24"
[[nodiscard]] std::string day_text(std::chrono::sys_days day);

/// A span in its largest unit that counts two at least, rounded down: "0s",
/// "119s", "2m", "47h", "2d".  A negative one is "0s".
[[nodiscard]] std::string span_text(std::chrono::seconds span);

/// The time so many seconds after 1970.
/// @return nothing from the year 10000 on: what arithmetic with clocks can bear
[[nodiscard]] std::optional<std::chrono::sys_seconds>
time_since_1970(std::uint64_t seconds);

/// Reads YYYY-MM-DD (RFC 3339 full-date): a day that the calendar has, with
/// nothing before, between or behind.
///
/// Compare it in days: the last ones, 9999-12-31 among them, are beyond what
/// a time point of nanoseconds can hold.
/// @return nothing if `text` is no such thing
[[nodiscard]] std::optional<std::chrono::sys_days>
parse_day(std::string_view text) noexcept;

} // namespace spfblock
