// When a file that the table is published in is written.  Sans threads and
// clocks: the shell writes the file, and keeps the time.
#pragma once

#include "core/domains/step.hpp"
#include "core/support/timestamp.hpp"

#include <chrono>
#include <cstdint>

namespace spfblock::domains {

/// The life of one published file, driven by the shell.
///
/// The shell tells what happens and does the step that it is given.  `act`: see
/// that the file says what the table says now, write it if it does not, and
/// call ended().  A `wake` may come early.
///
/// What changed is written at once, but only once in `every`.  What failed is
/// tried again, and whether the file is still there is looked at, too: others
/// may remove it.
///
/// Not thread-safe.
class file_upkeep {
public:
  /// From a failure to the next attempt.
  static constexpr std::chrono::seconds retry{60};
  /// From one look at the file to the next where nothing changes.
  static constexpr std::chrono::seconds look{60};
  /// The same, where it is too early to write.
  static constexpr std::chrono::seconds early_look{1};

  /// How an `act` ended.
  enum class outcome : std::uint8_t {
    same,    ///< the file says what the table says
    written, ///< now it does
    early,   ///< it does not, but the table is not yet what it is to be
    failed,
  };

  explicit file_upkeep(std::chrono::seconds every) : every_{every} {}

  /// The table is another one, or the file is to be kept up from now on.
  [[nodiscard]] step changed(moment now);

  /// What failed is tried at once: a person may have mended it.
  [[nodiscard]] step hurried(moment now);

  /// The moment of the last `wake` has come, or not yet.
  [[nodiscard]] step woken(moment now);

  /// The last `act` ended.
  [[nodiscard]] step ended(outcome how, moment now);

  /// Whether the file says what the table says, as far as is known.
  [[nodiscard]] bool is_current() const noexcept { return is_current_; }

private:
  step next(moment now);

  std::chrono::seconds every_;
  bool is_current_ = false;
  bool under_way_ = false;
  bool changed_meanwhile_ = false; ///< while an `act` was under way
  bool failing_ = false;
  moment begun_{};             ///< the last `act`
  moment not_before_{};        ///< no write
  moment due_ = moment::max(); ///< the next `act`
};

} // namespace spfblock::domains
