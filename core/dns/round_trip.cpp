#include "core/dns/round_trip.hpp"

#include "core/support/contract.hpp"

#include <algorithm>

namespace spfblock::dns {

void round_trip::add(duration sample) noexcept {
  EXPECTS(sample >= duration{0});
  least_ = duration{0};
  if (!smoothed_) {
    smoothed_ = sample;
    deviation_ = sample / 2;
    return;
  }
  const duration off = sample - *smoothed_;
  deviation_ += (std::chrono::abs(off) - deviation_) / 4;
  *smoothed_ += off / 8;
}

void round_trip::back_off(duration most) noexcept {
  EXPECTS(most >= duration{0});
  constexpr int part = 8;
  least_ = std::max(least_, most + most / part);
}

std::optional<duration>
round_trip::patience(unsigned doublings) const noexcept {
  if (!smoothed_)
    return std::nullopt;
  const duration plain = std::max(
      {2 * *smoothed_, *smoothed_ + 4 * deviation_, shortest_patience});
  return std::max(plain * (1U << doublings), least_);
}

} // namespace spfblock::dns
