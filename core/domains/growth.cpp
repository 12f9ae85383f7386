#include "core/domains/growth.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <utility>

namespace spfblock::domains {
namespace {

using net::address_set;
using net::family;

constexpr std::size_t most_generations = 8;

/// How long a generation takes in what is found.  Eight of them in a row last
/// longer than `growth_wait`, so that the two oldest have waited long enough.
std::chrono::seconds span_of_generation(const config::limit_settings& by) {
  return by.growth_wait / 4;
}

/// How much may be new where `before` was listed, saturated.
std::uint64_t most_new(std::uint64_t before, const config::limit_settings& by) {
  constexpr auto highest = std::numeric_limits<std::uint64_t>::max();
  const std::uint64_t grown =
      before > highest / *by.growth ? highest : before * *by.growth;
  return std::max(grown, by.growth_floor);
}

std::uint64_t measure(const address_set& of, family f) {
  return f == family::ipv4 ? of.ipv4_count() : of.ipv6_slash64_count();
}

} // namespace

std::optional<refusal> growth_brake::hold(const look& at,
                                          const config::limit_settings& by,
                                          std::chrono::seconds forget_after,
                                          moment now) {
  if (!by.growth) {
    *this = {};
    return std::nullopt;
  }
  take_snapshots(at, by, now);
  forget(by.growth_wait + forget_after, now);
  waited_ = ((waited_ | ripe(by, now)) & at.found) - before_;
  const address_set known = before_ | waited_;

  std::optional<refusal> held;
  for (const family f : {family::ipv4, family::ipv6}) {
    const std::uint64_t is_new = measure((at.listable - known).only(f), f);
    const std::uint64_t most = most_new(measure(before_->only(f), f), by);
    if (is_new <= most)
      continue;
    if (!held)
      held = refusal{"growth", is_new, most, {}};
    held->addresses |= (at.found - known - at.listed).only(f);
  }
  if (held && held->addresses.empty())
    held.reset();
  take_off(held ? at.found - held->addresses : at.found);
  if (held)
    remember(held->addresses, by, now);
  return held;
}

growth_history growth_brake::history(timestamp now) const {
  growth_history all;
  if (recent_)
    all.recent = {recent_->addresses, now.wall_of(recent_->since)};
  all.before = before_;
  all.waited = waited_;
  for (const generation& each : waiting_)
    all.waiting.push_back(
        {each.addresses, now.wall_of(each.begun), now.wall_of(each.ended)});
  return all;
}

void growth_brake::recall(growth_history of, timestamp now) {
  *this = {};
  if (of.recent)
    recent_ = {std::move(of.recent->addresses), now.past(of.recent->since)};
  before_ = std::move(of.before);
  waited_ = std::move(of.waited);
  for (growth_history::found_set& each : of.waiting)
    waiting_.push_back({std::move(each.addresses), now.past(each.begun),
                        now.past(each.ended)});
}

void growth_brake::take_snapshots(const look& at,
                                  const config::limit_settings& by,
                                  moment now) {
  const bool is_old = now - at.listed_since >= by.growth_wait;
  if (recent_ && !is_old && now - recent_->since < by.growth_wait)
    return;
  before_ = is_old || !recent_ ? at.listed : std::move(recent_->addresses);
  recent_ = {at.listed, at.listed_since};
}

void growth_brake::forget(std::chrono::seconds after, moment now) {
  std::erase_if(waiting_, [&](const generation& each) {
    return now - each.ended >= after;
  });
}

/// What has waited long enough.
address_set growth_brake::ripe(const config::limit_settings& by,
                               moment now) const {
  address_set all;
  for (const generation& each : waiting_) {
    if (now - each.ended >= by.growth_wait)
      all |= each.addresses;
  }
  return all;
}

std::optional<moment> growth_brake::ripe_at(const config::limit_settings& by,
                                            moment now) const {
  for (const generation& each : waiting_) {
    if (now - each.ended < by.growth_wait)
      return each.ended + by.growth_wait;
  }
  return std::nullopt;
}

void growth_brake::remember(const address_set& waiting,
                            const config::limit_settings& by, moment now) {
  address_set fresh = waiting;
  for (const generation& each : waiting_)
    fresh -= each.addresses;
  if (fresh.empty())
    return;
  if (waiting_.empty() || now - waiting_.back().begun >= span_of_generation(by))
    waiting_.push_back({{}, now, now});
  generation& newest = waiting_.back();
  newest.addresses |= fresh;
  newest.ended = now;
  if (waiting_.size() > most_generations) {
    waiting_[1].addresses |= waiting_[0].addresses;
    waiting_.erase(waiting_.begin());
  }
  bound(by);
}

/// Forgets what covers least of what is over the bound.
void growth_brake::bound(const config::limit_settings& by) {
  if (!by.networks)
    return;
  address_set all;
  for (const generation& each : waiting_)
    all |= each.addresses;
  const address_set kept = widest_of(all, most_kept(*by.networks));
  for (generation& each : waiting_)
    each.addresses &= kept;
}

/// Who is listed waits no more.
void growth_brake::take_off(const address_set& listed) {
  for (generation& each : waiting_)
    each.addresses -= listed;
  std::erase_if(waiting_,
                [](const generation& each) { return each.addresses.empty(); });
}

} // namespace spfblock::domains
