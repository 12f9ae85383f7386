#include "core/dns/retransmission.hpp"

#include "core/support/contract.hpp"

#include <algorithm>
#include <utility>

namespace spfblock::dns {

retransmission::retransmission(const round_trip& to, duration timeout,
                               unsigned most_resends)
    : to_{&to},
      timeout_{timeout},
      most_resends_{most_resends} {
  EXPECTS(timeout > duration{0} && most_resends < 16);
  plan();
}

retransmission::verdict retransmission::waited() noexcept {
  EXPECTS(passed_ < timeout_);
  passed_ += wait_;
  quiet_ += wait_;
  if (passed_ >= timeout_)
    return verdict::over;
  const auto enough = patience();
  const bool again = enough && quiet_ >= *enough;
  if (again) {
    ++resends_;
    quiet_ = duration{0};
  }
  plan();
  return again ? verdict::resend : verdict::wait;
}

void retransmission::plan() noexcept {
  const duration left = timeout_ - passed_;
  if (resends_ == most_resends_)
    wait_ = left;
  else if (const auto enough = patience())
    wait_ = std::clamp(*enough - quiet_, duration{0}, left);
  else
    wait_ = std::min(std::exchange(look_, 2 * look_), left);
}

/// How long to be quiet before the next resend, if there is to be one.  The
/// second does not wait longer than the first: with one datagram in fifty lost,
/// of many thousand under way some are lost twice, and all wait for those.
std::optional<duration> retransmission::patience() const noexcept {
  if (resends_ == most_resends_)
    return std::nullopt;
  return to_->patience(resends_ > 0 ? resends_ - 1 : 0);
}

} // namespace spfblock::dns
