#include "server/serving/hit_counts.hpp"

#include <memory>

namespace spfblock::server {

hit_counts::~hit_counts() {
  for (const auto& each : segments_)
    delete[] each.load(std::memory_order_relaxed);
}

std::uint64_t hit_counts::of(std::uint32_t counter) const noexcept {
  const place at{counter};
  line* const segment = segments_[at.segment].load(std::memory_order_acquire);
  return segment == nullptr ? 0
                            : at.in(segment).load(std::memory_order_relaxed);
}

hit_counts::line* hit_counts::begin(std::size_t segment) {
  auto made = std::make_unique<line[]>((first_size << segment) / 8);
  segments_[segment].store(made.get(), std::memory_order_release);
  return made.release();
}

} // namespace spfblock::server
