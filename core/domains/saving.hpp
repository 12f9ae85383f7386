// When the state is saved.  Sans threads and clocks: the shell writes the file,
// and keeps the time.
#pragma once

#include "core/domains/step.hpp"
#include "core/support/timestamp.hpp"

#include <chrono>
#include <cstddef>
#include <optional>

namespace spfblock::domains {

/// The life of the state that is kept, driven by the shell.
///
/// The shell tells what happens and does the step that it is given.  `act`:
/// begin to save the state as it is now, and call saved() or failed() when that
/// ended.  A `wake` replaces the one before.
///
/// Not thread-safe.
class saving {
public:
  /// From a change to its being saved, so that a burst of them is one file.
  static constexpr std::chrono::seconds change_delay{5};
  /// Of a large state it is as long as it takes to write it at so many octets a
  /// second, so that of very many domains, of which one or the other always
  /// changes, not all are written every few seconds; but no longer than
  /// longest_change_delay.
  static constexpr std::size_t octets_a_second = std::size_t{2} << 20U;
  static constexpr std::chrono::seconds longest_change_delay{60};
  /// From a failure to the next attempt.
  static constexpr std::chrono::seconds retry{60};
  /// Where only ages grew it is saved after a sixteenth of the time that
  /// networks are kept for, within these bounds, so that they do not look older
  /// after a restart than they are.
  static constexpr int age_part = 16;
  static constexpr std::chrono::seconds shortest_age{60};
  static constexpr std::chrono::hours longest_age{6};

  /// @param keep_stale how old a state may become of use; nothing: it is not
  ///        kept from now on
  void keep(std::optional<std::chrono::seconds> keep_stale);

  /// Something happened.
  /// @param changed whether more than ages changed
  [[nodiscard]] step noted(bool changed, moment now);

  /// The moment of the last `wake` has come.
  [[nodiscard]] step woken(moment now);

  /// The last `act` ended well.
  /// @param octets that were saved
  void saved(std::size_t octets);

  /// The last `act` ended in vain.
  [[nodiscard]] step failed(moment now);

  /// Whether something happened that no `act` has begun to save, or the last
  /// one has not ended well.
  [[nodiscard]] bool is_behind() const noexcept {
    return age_delay_ && (under_way_ || wakes_at_ != moment::max());
  }

private:
  step by(moment at);

  std::optional<std::chrono::seconds> age_delay_;    ///< nothing: not kept
  std::chrono::seconds change_delay_ = change_delay; ///< of the last size
  moment wakes_at_ = moment::max();
  bool under_way_ = false;
};

} // namespace spfblock::domains
