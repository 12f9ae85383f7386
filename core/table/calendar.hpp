// Times and spans as people and documents have them.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

namespace spfblock::table {

/// "2026-11-24 08:50 UTC"
[[nodiscard]] std::string utc_text(std::chrono::sys_seconds at);

/// "2026-11-24"
[[nodiscard]] std::string day_text(std::chrono::sys_days day);

/// A span in its largest unit that counts two at least, rounded down: "0s",
/// "119s", "2m", "47h", "2d".  A negative one is "0s".
[[nodiscard]] std::string span_text(std::chrono::seconds span);

/// The time so many seconds after 1970.
/// @return nothing before that and from the year 10000 on: what arithmetic with
///         clocks can bear
[[nodiscard]] std::optional<std::chrono::sys_seconds>
time_since_1970(std::int64_t seconds);

} // namespace spfblock::table
