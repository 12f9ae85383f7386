#include "core/domains/publication.hpp"

#include "core/support/contract.hpp"

#include <algorithm>
#include <utility>

namespace spfblock::domains {

step publication::soon(moment now) {
  if (!changed_ || std::exchange(wakes_, true))
    return {};
  return {step::kind::wake,
          now + std::clamp<moment::duration>(part * took_, interval,
                                             longest_interval)};
}

step publication::urgent(moment now) {
  urgent_ = true;
  return build(now);
}

step publication::settled(std::size_t expanding, moment now) {
  return in_time(expanding, now);
}

step publication::woken(moment now) {
  wakes_ = false;
  return build(now);
}

step publication::built(std::size_t expanding, moment now) {
  EXPECTS(building_since_);
  took_ = now - *std::exchange(building_since_, {});
  return in_time(expanding, now);
}

/// At once where nothing more is to be expected, or where it is urgent.
step publication::in_time(std::size_t expanding, moment now) {
  return urgent_ || expanding == 0 ? build(now) : soon(now);
}

step publication::build(moment now) {
  if (!changed_ || building_since_)
    return {};
  changed_ = urgent_ = false;
  building_since_ = now;
  return {step::kind::act};
}

} // namespace spfblock::domains
