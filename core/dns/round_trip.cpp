#include "core/dns/round_trip.hpp"

#include "core/support/contract.hpp"

#include <algorithm>

namespace spfblock::dns {

void round_trip::add(duration sample) noexcept {
  EXPECTS(sample >= duration{0});
  doublings_ = 0;
  if (!smoothed_) {
    smoothed_ = sample;
    deviation_ = sample / 2;
    return;
  }
  const duration off = sample - *smoothed_;
  deviation_ += (std::chrono::abs(off) - deviation_) / 4;
  *smoothed_ += off / 8;
}

void round_trip::back_off() noexcept {
  constexpr unsigned most_doublings = 8; // 50 ms become 12.8 s
  doublings_ = std::min(doublings_ + 1, most_doublings);
}

std::optional<duration> round_trip::patience() const noexcept {
  if (!smoothed_)
    return std::nullopt;
  const duration plain = std::max(
      {3 * *smoothed_, *smoothed_ + 4 * deviation_, shortest_patience});
  return plain * (1U << doublings_);
}

} // namespace spfblock::dns
