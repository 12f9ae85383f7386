// What a thread waits for: descriptors, moments, other threads.
#pragma once

#include "server/system/poller.hpp"
#include "server/system/unique_task.hpp"

#include <chrono>
#include <map>
#include <mutex>
#include <optional>
#include <vector>

namespace spfblock::server {

/// A level-triggered loop of our own.  Chosen by measurement for the threads
/// that answer lookups (docs/performance.md); all else runs on Boost.Asio.
///
/// Thread safety: post() from any thread; all else on the thread that calls
/// run(), or before it does.
class event_loop {
public:
  using task = unique_task;
  using watcher = poller::watcher;

  /// Calls `by.ready()` as long as the descriptor is `wanted`, until unwatch():
  /// poller::watch().
  [[nodiscard]] bool watch(int number, readiness wanted, watcher& by) {
    return poller_.watch(number, wanted, by);
  }

  /// Waits for something else: poller::change().
  void change(int number, readiness wanted, watcher& by) {
    poller_.change(number, wanted, by);
  }

  /// Waits no more, before the descriptor is closed: poller::unwatch().
  void unwatch(int number) noexcept { poller_.unwatch(number); }

  /// Runs `what` in this loop, when nothing is being called; in the order of
  /// the calls.  Lost if the loop ends before.
  void post(task what);

  /// Runs `what` once, when `delay` has passed and those who are ready were
  /// called.  Lost if the loop ends before.
  void after(std::chrono::microseconds delay, task what);

  /// Waits and calls until end().
  void run();

  /// Lets run() return once it has called those who are ready.
  void end() noexcept { ended_ = true; }

private:
  using clock = std::chrono::steady_clock;

  [[nodiscard]] std::optional<std::chrono::microseconds> until_due() const;
  void run_due();
  void run_posted();

  poller poller_; ///< outlives the tasks: what they hold may be watched
  std::multimap<clock::time_point, task> due_;
  bool ended_ = false;
  std::mutex mutex_;
  std::vector<task> posted_; ///< under `mutex_`
};

} // namespace spfblock::server
