#include "core/spf/answer_room.hpp"

#include <utility>

namespace spfblock::spf {

void answer_room::make_room() {
  if (held_ <= left_to_others())
    return;
  drop_unused();
  while (held_ > most_ && put_aside(0)) {
  }
  if (waiting_.empty())
    return;
  const ticket since = waiting_.front().since;
  while (all(since) > left_to_others() && put_aside(since)) {
  }
  let_in();
}

answer_room::ticket answer_room::wait(std::size_t bytes,
                                      std::function<void()> again) {
  waiting_.push_back({bytes, next_++, std::move(again)});
  return waiting_.back().since;
}

void answer_room::withdraw(ticket since) {
  std::erase_if(waiting_,
                [since](const waiter& each) { return each.since == since; });
}

/// What a look takes of what it was promised counts twice: fewer looks at once
/// do no harm.
void answer_room::let_in() {
  if (waiting_.empty())
    return;
  drop_unused();
  while (
      !waiting_.empty() &&
      (looks() == 0 || held_ + promised_ + waiting_.front().bytes <= most_)) {
    const waiter next = std::move(waiting_.front());
    waiting_.pop_front();
    promised_ += next.bytes;
    next.again();
  }
}

std::size_t answer_room::looks() const {
  std::size_t sum = 0;
  for (const holder* const each : holders_)
    sum += each->looks();
  return sum;
}

std::size_t answer_room::all(ticket since) const {
  std::size_t sum = 0;
  for (const holder* const each : holders_)
    sum += each->all(since);
  return sum;
}

/// By who waits longest.
std::size_t answer_room::left_to_others() const noexcept {
  return waiting_.empty() ? most_
                          : most_ - std::min(most_, waiting_.front().bytes);
}

void answer_room::drop_unused() {
  for (holder* const each : holders_)
    each->drop_unused();
}

/// Puts the largest look aside that may be.
/// @return whether there is one, beside another
bool answer_room::put_aside(ticket since) {
  if (looks() <= 1)
    return false;
  const auto fullest =
      std::max_element(holders_.begin(), holders_.end(),
                       [since](const holder* a, const holder* b) {
                         return a->largest(since) < b->largest(since);
                       });
  if ((*fullest)->largest(since) == 0)
    return false;
  (*fullest)->put_aside(since);
  return true;
}

} // namespace spfblock::spf
