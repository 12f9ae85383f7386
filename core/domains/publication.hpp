// When a table is built and published.  Sans threads and clocks: the shell
// builds, and keeps the time.
#pragma once

#include "core/domains/step.hpp"
#include "core/support/timestamp.hpp"

#include <chrono>
#include <cstddef>
#include <optional>

namespace spfblock::domains {

/// The life of the published table, driven by the shell.
///
/// The shell tells what happens and does the step that it is given.  `act`:
/// build a table of what is listed now, and call built() when it answers.
///
/// What changed is built at once when no domain is being expanded any more;
/// while some are, `interval` later, and less often where that takes long. What
/// is urgent does not wait.  One table is built at a time; what changed
/// meanwhile is decided on when it answers.
///
/// Not thread-safe.
class publication {
public:
  /// While domains are still being expanded, what is there already is published
  /// this often.
  static constexpr std::chrono::milliseconds interval{500};
  /// Less often where that takes long, as no more than one part in so many of
  /// the time is to go into it; but this often in any case.
  static constexpr int part = 10;
  static constexpr std::chrono::milliseconds longest_interval{5000};

  /// Another listing is to be published.
  void changed() noexcept { changed_ = true; }

  /// All that changed so far was published without a step of this.
  void published() noexcept { changed_ = false; }

  /// What changed is published, but not at once.
  [[nodiscard]] step soon(moment now);

  /// What changed waits for nothing: a person is waiting for it.
  [[nodiscard]] step urgent(moment now);

  /// An expansion ended.
  /// @param expanding how many are still under way
  [[nodiscard]] step settled(std::size_t expanding, moment now);

  /// The moment of the last `wake` has come.
  [[nodiscard]] step woken(moment now);

  /// The table of the last `act` answers.
  /// @param expanding as in settled()
  [[nodiscard]] step built(std::size_t expanding, moment now);

  /// Whether all that changed is published.
  [[nodiscard]] bool is_current() const noexcept {
    return !changed_ && !building_since_;
  }

  /// When the table that is being built was begun; nothing if none is.
  [[nodiscard]] std::optional<moment> building_since() const noexcept {
    return building_since_;
  }

private:
  step build(moment now);
  step in_time(std::size_t expanding, moment now);

  bool changed_ = false; ///< since the last build began
  bool urgent_ = false;  ///< so is what changed
  bool wakes_ = false;   ///< woken() is to come
  std::optional<moment> building_since_;
  moment::duration took_{0}; ///< the last time, until the table answered
};

} // namespace spfblock::domains
