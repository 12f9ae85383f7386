// The time zone of this machine.
#pragma once

#include <chrono>
#include <optional>

namespace spfblock::server {

/// Knows which moments its clocks showed: those of the zone that TZ names, else
/// of /etc/localtime (tzset(3)).
///
/// Quick where one asks for times near each other.  Not thread-safe.
class local_zone {
public:
  /// The moment when the clocks showed this time, which stands as if it were of
  /// UTC.  Of an hour that the clocks showed twice it is one of both; of one
  /// that they left out, it is that of as much before or after it.
  [[nodiscard]] std::chrono::sys_seconds
  moment_of(std::chrono::sys_seconds shown);

private:
  std::optional<std::chrono::sys_seconds> quarter_; ///< that `east_` is of
  std::chrono::seconds east_{};                     ///< of UTC
};

} // namespace spfblock::server
