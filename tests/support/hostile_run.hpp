// Costly records (costly_records.hpp), put before the part of the server that
// has to live with them.
#pragma once

#include <string>

namespace spfblock::testing {

/// What some of them cost.
struct toll {
  /// Seconds of processor time for one domain, all other threads than the
  /// controlling one together: its looks, what becomes of the result, a table.
  double expansion = 0;
  std::string dearest; ///< the record that took them
  /// Seconds of processor time of the controlling thread from one beat of the
  /// pulse to the next.
  double gap = 0;
  /// Seconds that passed from one beat to the next.
  double silence = 0;
  unsigned beats = 0;
};

/// Has the refresher expand the records FIRST to FIRST + COUNT - 1, one after
/// the other, on this thread and its own, while a pulse asks two serving
/// threads every few milliseconds.
/// @param scale as of costly_record()
[[nodiscard]] toll toll_of(unsigned first, unsigned count, double scale);

} // namespace spfblock::testing
