// What a thread waits for: descriptors, moments, other threads.
#pragma once

#include "server/system/descriptor.hpp"
#include "server/system/unique_task.hpp"

#include <chrono>
#include <cstdint>
#include <map>
#include <mutex>
#include <vector>

namespace spfblock::server {

/// A loop over epoll(7), level-triggered.  Chosen by measurement for the
/// threads that answer lookups (docs/performance.md); all else runs on
/// Boost.Asio.
///
/// Thread safety: post() from any thread; all else on the thread that calls
/// run(), or before it does.
class event_loop {
public:
  using task = unique_task;

  /// Whoever waits for a descriptor.
  class watcher {
  public:
    watcher() = default;
    watcher(const watcher&) = delete;
    watcher& operator=(const watcher&) = delete;

    /// The descriptor is ready.  This watcher may be destroyed by its own call,
    /// and no other one: they may have a call to come.
    /// @param events as epoll_wait(2) tells
    virtual void ready(std::uint32_t events) = 0;

  protected:
    ~watcher() = default;
  };

  /// Throws std::system_error if there is no descriptor left.
  event_loop();

  /// Calls `by.ready()` as long as one of `events` holds, until unwatch() or
  /// until the descriptor is closed, the last one of what it stands for
  /// (epoll(7)).
  /// @return false, with errno set, if the kernel has no room for it
  [[nodiscard]] bool watch(int number, std::uint32_t events,
                           watcher& by) noexcept;

  /// Waits for other events.  With 0 only for errors and hang-ups.
  /// @pre watched by `by`
  void change(int number, std::uint32_t events, watcher& by) noexcept;

  /// Waits no more; nothing happens where nobody did.  The watcher may be
  /// destroyed when nothing is being called: a call may be to come.
  void unwatch(int number) noexcept;

  /// Runs `what` in this loop, when nothing is being called; in the order of
  /// the calls.  Lost if the loop ends before.
  void post(task what);

  /// Runs `what` once, when `delay` has passed.  Lost if the loop ends before.
  void after(std::chrono::milliseconds delay, task what);

  /// Waits and calls until end().
  void run();

  /// Lets run() return once it has called those who are ready.
  void end() noexcept { ended_ = true; }

private:
  using clock = std::chrono::steady_clock;

  [[nodiscard]] int timeout() const;
  void run_due();
  void run_posted();

  descriptor epoll_;
  descriptor posted_event_; ///< eventfd(2)
  std::multimap<clock::time_point, task> due_;
  bool ended_ = false;
  std::mutex mutex_;
  std::vector<task> posted_; ///< under `mutex_`
};

} // namespace spfblock::server
