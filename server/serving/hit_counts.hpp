// How often each listing answered, as one serving thread counted it.
#pragma once

#include <array>
#include <atomic>
#include <bit>
#include <cstddef>
#include <cstdint>

namespace spfblock::server {

/// Counts by table::listing::counter.
///
/// Each serving thread has its own, so that a hit is an addition to memory that
/// no other thread writes: a counter in the snapshot would be fought for by all
/// threads, and would end with the snapshot.
///
/// What is counted stays where it is, and there is no lock: readers are threads
/// that give way to lookups, and one that was made to wait amid a lock would
/// have the lookups wait for it.
///
/// Thread safety: add() from one thread; of() from any.
class hit_counts {
public:
  hit_counts() = default;
  hit_counts(const hit_counts&) = delete;
  hit_counts& operator=(const hit_counts&) = delete;
  ~hit_counts();

  /// Counts one hit.  Allocates at the first hit in each of a few ranges of
  /// numbers.
  void add(std::uint32_t counter);

  /// What was counted so far; 0 for a number that never was.
  [[nodiscard]] std::uint64_t of(std::uint32_t counter) const noexcept;

private:
  /// As long as a cache line: neighbours on the heap share none.
  struct alignas(64) line {
    std::array<std::atomic<std::uint64_t>, 8> counts{};
  };

  /// Where a number is counted: each segment is twice as long as the one before
  /// it.
  struct place {
    explicit place(std::uint32_t counter) noexcept
        : number{first_size + counter},
          segment{static_cast<std::size_t>(std::bit_width(number) -
                                           std::bit_width(first_size))} {}

    [[nodiscard]] std::atomic<std::uint64_t>& in(line* of) const noexcept {
      const std::uint64_t at = number - (first_size << segment);
      return of[at / 8].counts[at % 8];
    }

    std::uint64_t number;
    std::size_t segment;
  };

  line* begin(std::size_t segment);

  static constexpr std::uint64_t first_size = 64; ///< counters
  static constexpr std::size_t most_segments =
      std::bit_width(first_size + ~std::uint32_t{0}) -
      std::bit_width(first_size) + 1;

  /// Owned; null where nothing was counted.
  std::array<std::atomic<line*>, most_segments> segments_{};
};

inline void hit_counts::add(std::uint32_t counter) {
  const place at{counter};
  line* segment = segments_[at.segment].load(std::memory_order_relaxed);
  if (segment == nullptr)
    segment = begin(at.segment);
  auto& count = at.in(segment);
  // One writer: cheaper than a locked addition.
  count.store(count.load(std::memory_order_relaxed) + 1,
              std::memory_order_relaxed);
}

} // namespace spfblock::server
