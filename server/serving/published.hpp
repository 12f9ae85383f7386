// The current snapshot of a T, for one writer and any number of readers.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <iterator>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

namespace spfblock::server {

/// Holds the current snapshot and those that a reader may still use.
///
/// A mutex, not std::atomic<std::shared_ptr>: with g++ 12 that one is a data
/// race for ThreadSanitizer and slower to load.  Readers go through a `view`,
/// which takes the mutex only after something was published.
///
/// Thread safety: all member functions, from any thread.  A large snapshot
/// takes long to be freed: collect() is for a thread that nobody waits for.
template <class T>
class published {
public:
  /// @pre first is not null
  explicit published(std::shared_ptr<const T> first)
      : current_{std::move(first)} {}

  [[nodiscard]] std::shared_ptr<const T> load() const {
    const std::lock_guard lock{mutex_};
    return current_;
  }

  /// Makes `next` current; frees nothing.  @pre next is not null
  void store(std::shared_ptr<const T> next) {
    const std::lock_guard lock{mutex_};
    current_.swap(next);
    version_.fetch_add(1, std::memory_order_release);
    retired_.push_back(std::move(next));
  }

  /// Frees the former snapshots that no reader holds any more, on this thread
  /// instead of on a serving one.
  /// @return whether all are freed
  bool collect() {
    std::vector<std::shared_ptr<const T>> unused; // freed without the mutex
    const std::lock_guard lock{mutex_};
    const auto used = std::partition(
        retired_.begin(), retired_.end(),
        [](const auto& former) { return former.use_count() > 1; });
    std::move(used, retired_.end(), std::back_inserter(unused));
    retired_.erase(used, retired_.end());
    return retired_.empty();
  }

  /// Grows with each store().
  [[nodiscard]] std::uint64_t version() const noexcept {
    return version_.load(std::memory_order_acquire);
  }

private:
  mutable std::mutex mutex_;
  std::shared_ptr<const T> current_;
  std::atomic<std::uint64_t> version_ = 0;
  std::vector<std::shared_ptr<const T>> retired_;
};

/// One reading thread's look at a published<T>; costs one atomic load where
/// nothing new was published.  Not thread-safe: one a thread.
template <class T>
class view {
public:
  /// @param from outlives the view
  explicit view(const published<T>& from)
      : from_{from},
        version_{from.version()},
        held_{from.load()} {}

  /// The current snapshot, valid until the next call.
  [[nodiscard]] const T& current() {
    const std::uint64_t version = from_.version();
    if (version != version_) {
      held_ = from_.load();
      version_ = version;
    }
    return *held_;
  }

private:
  const published<T>& from_;
  std::uint64_t version_;
  std::shared_ptr<const T> held_;
};

} // namespace spfblock::server
