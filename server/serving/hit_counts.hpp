// How often each listing answered, as one serving thread counted it.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>

namespace spfblock::server {

/// Counts by table::listing::counter.
///
/// Each serving thread has its own, so that a hit is an addition to memory that
/// no other thread writes: a counter in the snapshot would be fought for by all
/// threads, and would end with the snapshot.
///
/// Thread safety: add() from one thread; of() from any.
class hit_counts {
public:
  /// Counts one hit.  Allocates when a number is the highest so far.
  void add(std::uint32_t counter);

  /// What was counted so far; 0 for a number that never was.
  [[nodiscard]] std::uint64_t of(std::uint32_t counter) const;

private:
  /// As long as a cache line: neighbours on the heap share none.
  struct alignas(64) line {
    std::array<std::atomic<std::uint64_t>, 8> counts{};
  };

  [[nodiscard]] std::atomic<std::uint64_t>&
  place(std::uint32_t counter) const noexcept {
    return lines_[counter / 8].counts[counter % 8];
  }
  void grow(std::size_t needed);

  mutable std::mutex growing_; ///< of() against grow()
  std::unique_ptr<line[]> lines_;
  std::size_t size_ = 0; ///< counters
};

inline void hit_counts::add(std::uint32_t counter) {
  if (counter >= size_)
    grow(std::size_t{counter} + 1);
  auto& count = place(counter);
  // One writer: cheaper than a locked addition.
  count.store(count.load(std::memory_order_relaxed) + 1,
              std::memory_order_relaxed);
}

} // namespace spfblock::server
