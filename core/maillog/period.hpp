// The part of a log that is looked at.
#pragma once

#include <chrono>
#include <optional>
#include <string_view>

namespace spfblock::maillog {

/// From a time on, and before another, in the zone of the log.
struct period {
  std::optional<std::chrono::sys_seconds> since{};
  std::optional<std::chrono::sys_seconds> until{}; ///< this one is not in it

  /// A time that is not known is in every period.
  [[nodiscard]] bool
  has(const std::optional<std::chrono::sys_seconds>& at) const noexcept {
    return !at || ((!since || *at >= *since) && (!until || *at < *until));
  }
};

/// Reads what a person typed for one of its ends: a day, YYYY-MM-DD, which is
/// its first second; or a day and a time of it, as in `2016-04-04 04:38`, with
/// `T` in place of the blank, with seconds or without.
/// @return nothing if it is no such thing
[[nodiscard]] std::optional<std::chrono::sys_seconds>
read_moment(std::string_view text);

} // namespace spfblock::maillog
