// Durations as settings write them: "90s", "15m", "1h", "7d".
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace spfblock {

/// Reads a whole decimal number and one unit, s, m, h or d, with nothing
/// before, between or behind.
/// @return nothing if `text` is no such thing or is over 100 years
[[nodiscard]] std::optional<std::chrono::seconds>
parse_duration(std::string_view text) noexcept;

/// As parse_duration() reads it, in the largest unit that gives a whole number.
/// @pre not negative
[[nodiscard]] std::string duration_text(std::chrono::seconds duration);

/// Reads the same, or a whole number of milliseconds: "200ms".
[[nodiscard]] std::optional<std::chrono::milliseconds>
parse_short_duration(std::string_view text) noexcept;

/// As parse_short_duration() reads it, in milliseconds where it has to be.
/// @pre not negative
[[nodiscard]] std::string
short_duration_text(std::chrono::milliseconds duration);

} // namespace spfblock
