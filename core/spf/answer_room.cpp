#include "core/spf/answer_room.hpp"

#include <algorithm>
#include <utility>

namespace spfblock::spf {

void answer_room::make_room() {
  if (held_ <= most_)
    return;
  for (holder* const each : holders_)
    each->drop_unused();
  while (held_ > most_ && looks() > 1) {
    const auto fullest = std::max_element(holders_.begin(), holders_.end(),
                                          [](const holder* a, const holder* b) {
                                            return a->largest() < b->largest();
                                          });
    if ((*fullest)->largest() == 0)
      return;
    (*fullest)->put_aside();
  }
}

void answer_room::wait(std::size_t bytes, std::function<void()> begin) {
  const auto larger = std::partition_point(
      waiting_.begin(), waiting_.end(),
      [bytes](const waiter& each) { return each.bytes > bytes; });
  waiting_.insert(larger, {bytes, std::move(begin)});
}

/// What a look takes of what it was promised counts twice: fewer looks at once
/// do no harm.
void answer_room::let_in() {
  while (!waiting_.empty() &&
         (looks() == 0 || held_ + promised_ + waiting_.back().bytes <= most_)) {
    waiter next = std::move(waiting_.back());
    waiting_.pop_back();
    promised_ += next.bytes;
    next.begin();
  }
}

std::size_t answer_room::looks() const {
  std::size_t sum = 0;
  for (const holder* const each : holders_)
    sum += each->looks();
  return sum;
}

} // namespace spfblock::spf
