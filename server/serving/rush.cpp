#include "server/serving/rush.hpp"

#include <algorithm>

namespace spfblock::server {

std::optional<std::chrono::microseconds> rush::after(std::size_t size,
                                                     moment now) noexcept {
  if (is_on_)
    judge_rest(size, now);
  else
    measure(size, now);
  if (!is_on_)
    return std::nullopt;
  return size >= enough ? std::chrono::microseconds{0} : rest;
}

/// Begins a rush where they have come fast enough.
void rush::measure(std::size_t size, moment now) noexcept {
  counted_ += size;
  if (counted_ < to_look_at_)
    return;
  is_on_ = now - since_ < counted_ * rest;
  counted_ = 0;
  since_ = now;
}

/// Ends a rush where rests bring little.
void rush::judge_rest(std::size_t size, moment now) noexcept {
  constexpr unsigned most_fruitless = 2;
  if (size >= worth_it) {
    fruitless_ = 0;
    to_look_at_ = least_looked_at;
  } else if (++fruitless_ == most_fruitless) {
    is_on_ = false;
    fruitless_ = 0;
    to_look_at_ = std::min(2 * to_look_at_, most_looked_at);
    since_ = now;
  }
}

} // namespace spfblock::server
