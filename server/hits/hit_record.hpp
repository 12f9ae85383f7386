// The hits that the serving threads count, over time.
#pragma once

#include "core/hits/hit_ledger.hpp"
#include "server/refresh/listing_numbers.hpp"
#include "server/serving/serving_threads.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <utility>
#include <vector>

namespace spfblock::server {

/// Takes in from time to time what was counted, and writes it to the ledger of
/// that time: by a thread that keeps the ledger, and by whoever is about to
/// tell of it, so that what is told is what was counted.
///
/// Thread-safe, but waits for whoever else uses it: not for a serving thread,
/// nor for one with a deadline.
class hit_record {
public:
  /// @param numbers outlives this
  explicit hit_record(const listing_numbers& numbers,
                      hits::hit_ledger empty = hits::hit_ledger{})
      : numbers_{numbers},
        ledger_{std::move(empty)} {}

  /// Takes in the hits since the last call as of `now`.
  /// @param counted of the same threads each time
  void harvest(const listing_hits& counted, std::chrono::sys_seconds now);

  /// Adds what was kept of the time before this process.
  void merge_earlier(const hits::hit_ledger& kept);

  /// Gives the ledger to `use`, which is not to take long.
  template <class Use>
  auto read(Use use) const {
    const std::lock_guard alone{access_};
    return use(std::as_const(ledger_));
  }

  /// How many listings were dropped from the ledger so far.
  [[nodiscard]] std::uint64_t dropped() const;

private:
  const listing_numbers& numbers_;
  mutable std::mutex access_;
  hits::hit_ledger ledger_;
  std::vector<std::uint64_t> taken_; ///< so far, by number
  std::uint64_t dropped_ = 0;
};

} // namespace spfblock::server
