// Waits for descriptors.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>

namespace spfblock::server {

/// What is waited for at a descriptor.
enum class readiness : std::uint8_t {
  none,     ///< it stays watched
  readable, ///< or a client that waits to be accepted
  writable,
};

/// Tells of descriptors, level-triggered: as long as one is ready.
///
/// Two twins, of which CMake builds one (SPFBLOCK_EPOLL): over epoll(7), and
/// over Boost.Asio for systems that have none.
///
/// Thread safety: wake() from any thread; all else on the thread that waits, or
/// before it does.
class poller {
public:
  /// Whoever waits for a descriptor.
  class watcher {
  public:
    watcher() = default;
    watcher(const watcher&) = delete;
    watcher& operator=(const watcher&) = delete;

    /// The descriptor is ready, or broken: the next call on it says which.
    /// This watcher may be destroyed by its own call, and no other one: they
    /// may have a call to come.
    virtual void ready() = 0;

  protected:
    ~watcher() = default;
  };

  /// Throws std::system_error if there is no descriptor left.
  poller();
  ~poller();
  poller(const poller&) = delete;
  poller& operator=(const poller&) = delete;

  /// Lets wait() call `by.ready()` as long as it is `wanted`, until unwatch().
  /// @param number non-blocking, and watched by nobody
  /// @return false, with errno set, if the kernel has no room for it
  [[nodiscard]] bool watch(int number, readiness wanted, watcher& by);

  /// Waits for something else.  With readiness::none nothing is told but, by
  /// some systems, errors and hang-ups.
  /// @pre watched by `by`
  void change(int number, readiness wanted, watcher& by);

  /// Waits no more; nothing happens where nobody did.  Before the descriptor is
  /// closed.  The watcher may be destroyed when nothing is being called: a call
  /// may be to come.
  void unwatch(int number) noexcept;

  /// Waits until something is ready, wake() or the end of `most` (nothing: for
  /// ever), and calls those who are ready: some hundred at most.  May return
  /// earlier; later, as the kernel's timers go: by some ten microseconds, by a
  /// millisecond on Linux before 5.11.
  /// @return whether wake() was called since it last said so
  bool wait(std::optional<std::chrono::microseconds> most);

  /// Ends a wait(), this one or the next.
  void wake();

private:
  struct kernel;
  std::unique_ptr<kernel> kernel_;
};

} // namespace spfblock::server
