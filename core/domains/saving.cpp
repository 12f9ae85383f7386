#include "core/domains/saving.hpp"

#include "core/support/contract.hpp"

#include <algorithm>

namespace spfblock::domains {

void saving::keep(std::optional<std::chrono::seconds> keep_stale) {
  age_delay_ = std::nullopt;
  if (keep_stale)
    age_delay_ = std::clamp<std::chrono::seconds>(*keep_stale / age_part,
                                                  shortest_age, longest_age);
}

step saving::noted(bool changed, moment now) {
  if (!age_delay_)
    return {};
  return by(now + (changed ? change_delay_ : *age_delay_));
}

step saving::woken(moment now) {
  wakes_at_ = moment::max();
  if (!age_delay_)
    return {};
  if (under_way_)
    return by(now + change_delay);
  under_way_ = true;
  return {step::kind::act};
}

void saving::saved(std::size_t octets) {
  EXPECTS(under_way_);
  under_way_ = false;
  change_delay_ = std::clamp(std::chrono::seconds{octets / octets_a_second},
                             change_delay, longest_change_delay);
}

step saving::failed(moment now) {
  EXPECTS(under_way_);
  under_way_ = false;
  return by(now + retry);
}

/// At that moment, unless sooner anyway.
step saving::by(moment at) {
  if (at >= wakes_at_)
    return {};
  wakes_at_ = at;
  return {step::kind::wake, at};
}

} // namespace spfblock::domains
