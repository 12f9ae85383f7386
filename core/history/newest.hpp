// The last entries of an answer, for who does not want them all.
//
// They are looked for from the end: in the newest part of a history first, and
// in older ones as long as there is room.
#pragma once

#include "core/history/entry.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>

namespace spfblock::history {

/// Keeps the last entries of those that it is given, within bounds: of a
/// history that is larger than memory a part that is not.
class newest {
public:
  /// Of what is kept, as lines; the last entry is in any case.
  static constexpr std::size_t most_octets = std::size_t{8} << 20U;

  /// @pre `most` is not 0
  explicit newest(std::size_t most) : most_{most} {}

  /// The next entry of a part, not older than the one before.
  void add(const entry& next);

  /// What is added from now on is of the part before.
  void turn_back();

  /// Whether older entries were left out: all that are older still would be.
  [[nodiscard]] bool is_full() const noexcept { return has_more_; }

  /// The document of `/history`; ends with LF.  docs/history.md
  /// @param begins when the oldest entry of the history is of
  /// @param cut inquiry::cut()
  [[nodiscard]] std::string
  document(const std::optional<std::chrono::sys_seconds>& begins,
           std::uint64_t cut) const;

private:
  std::size_t most_;
  std::deque<std::string> part_;  ///< of the present part; without LF
  std::deque<std::string> lines_; ///< of those behind it; the same
  std::size_t octets_ = 0;        ///< in all of them
  bool has_more_ = false;         ///< older ones were left out
};

} // namespace spfblock::history
