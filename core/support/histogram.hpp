// Counts values by their size.
#pragma once

#include "core/support/contract.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <vector>

namespace spfblock {

/// How many values lie up to each of some bounds, how many there are, and their
/// sum: what a Prometheus histogram is made of.
///
/// Not thread-safe.
class histogram {
public:
  /// @param bounds ascending; the last bucket, without a bound, is added
  /// @pre bounds is strictly ascending
  histogram(std::initializer_list<double> bounds)
      : bounds_{bounds},
        counts_(bounds.size() + 1) {
    EXPECTS(std::adjacent_find(bounds_.begin(), bounds_.end(),
                               [](double a, double b) { return a >= b; }) ==
            bounds_.end());
  }

  /// Counts a value in the first bucket whose bound is not below it.
  void add(double value) {
    const auto bucket =
        std::lower_bound(bounds_.begin(), bounds_.end(), value) -
        bounds_.begin();
    ++counts_[static_cast<std::size_t>(bucket)];
    ++count_;
    sum_ += value;
    last_ = value;
  }

  [[nodiscard]] const std::vector<double>& bounds() const noexcept {
    return bounds_;
  }
  /// Values in each bucket alone; one bucket more than there are bounds.
  [[nodiscard]] const std::vector<std::uint64_t>& counts() const noexcept {
    return counts_;
  }
  [[nodiscard]] std::uint64_t count() const noexcept { return count_; }
  [[nodiscard]] double sum() const noexcept { return sum_; }
  [[nodiscard]] double last() const noexcept { return last_; } ///< 0 before one

private:
  std::vector<double> bounds_;
  std::vector<std::uint64_t> counts_;
  std::uint64_t count_ = 0;
  double sum_ = 0;
  double last_ = 0;
};

} // namespace spfblock
