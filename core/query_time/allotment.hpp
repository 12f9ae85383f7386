// How much may be asked in a time: a token bucket.
#pragma once

#include "core/support/timestamp.hpp"

#include <algorithm>
#include <chrono>

namespace spfblock::query_time {

/// So many questions a minute, and as many at once after a minute of rest.
/// What was spent beyond that has to be waited for.
class allotment {
public:
  explicit allotment(double a_minute) : a_minute_{a_minute}, left_{a_minute} {}

  /// Whether something may be spent.
  [[nodiscard]] bool is_left(moment now) {
    using minutes = std::chrono::duration<double, std::ratio<60>>;
    if (now > last_ && last_ != moment{})
      left_ =
          std::min(a_minute_, left_ + a_minute_ * minutes{now - last_}.count());
    last_ = std::max(last_, now);
    return left_ > 0;
  }

  void spend(double questions) noexcept { left_ -= questions; }

private:
  double a_minute_;
  double left_;
  moment last_{};
};

} // namespace spfblock::query_time
