// Costly records (costly_records.hpp), put before the part of the server that
// has to live with them.
#pragma once

#include <cstddef>
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

/// What it costs to list as much as all domains together may
/// (limits.total.networks), and one domain more.
struct toll_of_all {
  /// One step: seconds of processor time, as of `toll`.
  struct step {
    double cost = 0;        ///< of all other threads
    double gap = 0;         ///< of the controlling thread, from beat to beat
    double silence = 0;     ///< that passed from one beat to the next
    std::size_t listed = 0; ///< networks in the table then
    std::size_t cut = 0;    ///< domains that limits.total cuts
    std::size_t told = 0;   ///< of these with an objection in their figures
  };
  std::size_t domains = 0; ///< before the last
  step filled;             ///< all but the last are looked at
  step over;               ///< the last one is
  step again;              ///< the same configuration once more
  double table = 0;        ///< seconds to make a table of it all
};

/// Has domains of 65,520 networks each listed until the next would be over the
/// default total, and then that one.
/// @param total instead of the default, if not 0
[[nodiscard]] toll_of_all toll_of_filling(std::size_t total);

} // namespace spfblock::testing
