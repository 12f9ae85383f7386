#include "core/domains/file_upkeep.hpp"

#include "core/support/contract.hpp"

#include <algorithm>
#include <utility>

namespace spfblock::domains {

step file_upkeep::changed(moment now) {
  is_current_ = false;
  if (under_way_) {
    changed_meanwhile_ = true;
    return {};
  }
  if (!failing_)
    due_ = std::min(due_, std::max(now, not_before_));
  return next(now);
}

step file_upkeep::hurried(moment now) {
  if (!failing_ || under_way_)
    return {};
  due_ = now;
  return next(now);
}

step file_upkeep::woken(moment now) {
  return next(now);
}

step file_upkeep::ended(outcome how, moment now) {
  EXPECTS(under_way_);
  under_way_ = false;
  failing_ = how == outcome::failed;
  const bool changed = std::exchange(changed_meanwhile_, false);
  is_current_ = !changed && (how == outcome::same || how == outcome::written);
  switch (how) {
  case outcome::failed: due_ = now + retry; break;
  case outcome::early: due_ = now + early_look; break;
  case outcome::written: not_before_ = begun_ + every_; [[fallthrough]];
  case outcome::same: due_ = changed ? std::max(now, not_before_) : now + look;
  }
  return next(now);
}

step file_upkeep::next(moment now) {
  if (under_way_ || due_ == moment::max())
    return {};
  if (now < due_)
    return {step::kind::wake, due_};
  under_way_ = true;
  begun_ = now;
  due_ = moment::max();
  return {step::kind::act};
}

} // namespace spfblock::domains
