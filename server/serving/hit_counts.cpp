#include "server/serving/hit_counts.hpp"

#include <algorithm>

namespace spfblock::server {

std::uint64_t hit_counts::of(std::uint32_t counter) const {
  const std::lock_guard lock{growing_};
  return counter < size_ ? place(counter).load(std::memory_order_relaxed) : 0;
}

/// By doubling: the counts are copied.
void hit_counts::grow(std::size_t needed) {
  const std::size_t lines = (std::max(needed, 2 * size_) + 7) / 8;
  auto larger = std::make_unique<line[]>(lines);
  const std::lock_guard lock{growing_};
  for (std::uint32_t i = 0; i < size_; ++i)
    larger[i / 8].counts[i % 8].store(place(i).load(std::memory_order_relaxed),
                                      std::memory_order_relaxed);
  lines_ = std::move(larger);
  size_ = lines * 8;
}

} // namespace spfblock::server
