#include "server/serving/serving_totals.hpp"

#include <cstddef>

namespace spfblock::server {

using protocols::count;
using protocols::counts;

namespace {

void raise(std::atomic<std::uint64_t>& total, std::uint64_t by) noexcept {
  // One writer: cheaper than a locked addition.
  total.store(total.load(std::memory_order_relaxed) + by,
              std::memory_order_relaxed);
}

} // namespace

void serving_totals::add(const counts& more) noexcept {
  for (std::size_t i = 0; i < numbers_.size(); ++i)
    raise(numbers_[i], more[static_cast<count>(i)]);
}

void serving_totals::add(count of) noexcept {
  raise(numbers_[index_of(of)], 1);
}

counts serving_totals::so_far() const noexcept {
  counts sum;
  for (std::size_t i = 0; i < numbers_.size(); ++i)
    sum[static_cast<count>(i)] = numbers_[i].load(std::memory_order_relaxed);
  return sum;
}

} // namespace spfblock::server
