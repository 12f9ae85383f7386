// How much of the history one listing may fill.
#pragma once

#include "core/history/entry.hpp"

#include <chrono>
#include <cstddef>
#include <map>
#include <string>

namespace spfblock::history {

/// Gives each listing so many octets a day for its networks, so that a record
/// that changes at every look does not push out what else happened.
///
/// A regular value type; holds the listings of one day.
class daily_room {
public:
  static constexpr std::size_t octets = std::size_t{256} << 10U;

  /// The entry as a line; without the names of its networks where the listing
  /// has had its share.  How many there are is told in any case.
  [[nodiscard]] std::string line_of(entry of);

private:
  std::chrono::sys_days day_{};
  std::map<std::string, std::size_t> used_;
};

} // namespace spfblock::history
