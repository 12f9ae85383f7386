// What time it is, by two clocks.
#pragma once

#include <algorithm>
#include <chrono>

namespace spfblock {

/// A moment of the clock that never jumps; every rule about waiting uses it.
using moment = std::chrono::steady_clock::time_point;

/// The same instant on both clocks; the core never reads a clock itself.
///
/// Ages are kept as moments.  Calendar time, which may jump, is used where a
/// moment has no meaning: in the state file, which outlives a boot, in what
/// people read, and for the day on which an entry ends.
struct timestamp {
  moment steady{};
  std::chrono::sys_seconds wall{};

  /// The calendar time of a moment, as the clocks stand now.
  [[nodiscard]] std::chrono::sys_seconds wall_of(moment at) const {
    return wall + std::chrono::floor<std::chrono::seconds>(at - steady);
  }

  /// The moment of a calendar time that has passed.  One that lies ahead, since
  /// the clock was set back, counts as now.
  [[nodiscard]] moment past(std::chrono::sys_seconds at) const {
    return steady - std::max(wall - at, std::chrono::seconds{0});
  }
};

} // namespace spfblock
