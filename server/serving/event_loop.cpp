#include "server/serving/event_loop.hpp"

#include <utility>

namespace spfblock::server {

void event_loop::post(task what) {
  {
    const std::lock_guard lock{mutex_};
    posted_.push_back(std::move(what));
  }
  poller_.wake();
}

void event_loop::after(std::chrono::microseconds delay, task what) {
  due_.emplace(clock::now() + delay, std::move(what));
}

void event_loop::run() {
  while (!ended_) {
    const bool posted = poller_.wait(until_due());
    run_due();
    if (posted)
      run_posted();
  }
}

/// @return nothing if nothing is to come
std::optional<std::chrono::microseconds> event_loop::until_due() const {
  if (due_.empty())
    return std::nullopt;
  return std::chrono::ceil<std::chrono::microseconds>(due_.begin()->first -
                                                      clock::now());
}

/// What becomes due meanwhile is for the next time.
void event_loop::run_due() {
  if (due_.empty())
    return;
  const auto now = clock::now();
  while (!due_.empty() && due_.begin()->first <= now)
    due_.extract(due_.begin()).mapped()();
}

void event_loop::run_posted() {
  std::vector<task> tasks;
  {
    const std::lock_guard lock{mutex_};
    tasks.swap(posted_);
  }
  for (task& each : tasks)
    each();
}

} // namespace spfblock::server
