// Whether the calendar was set.
#pragma once

#include "core/support/timestamp.hpp"

#include <chrono>
#include <optional>

namespace spfblock {

/// Compares the two clocks: who sets the calendar (a person, NTP after a boot
/// with a wrong clock) or has the machine sleep has it go on otherwise than the
/// clock that never jumps.
///
/// A regular value type.
class clock_watch {
public:
  /// What is less is none: nothing here goes by seconds of the calendar, and a
  /// clock that is slewed is not off by so much between two looks.
  static constexpr std::chrono::seconds least{10};

  explicit clock_watch(timestamp now) : before_{now} {}

  /// How far it was set since the last look, or since this was made; back is
  /// less than 0.
  [[nodiscard]] std::optional<std::chrono::seconds> look(timestamp now) {
    const auto by = now.wall - before_.wall_of(now.steady);
    before_ = now;
    if (std::chrono::abs(by) < least)
      return std::nullopt;
    return by;
  }

private:
  timestamp before_;
};

} // namespace spfblock
