// Work that may never end: what waits for a disk, or for the writer of a FIFO.
#pragma once

#include "core/support/timestamp.hpp"

#include <chrono>
#include <cstddef>
#include <future>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <type_traits>
#include <utility>

namespace spfblock::server {

/// So long is waited for files of which nothing comes; longer than any disk
/// that works, and about as long as smtpd(8) waits before it defers a mail.
inline constexpr std::chrono::seconds patience_for_files{10};

/// How somebody gets on who reads files: told by him, asked by who waits.
///
/// Only the time in which a file is waited for counts, not that in which what
/// came is worked on: that ends, however long it takes on a busy machine.  And
/// the more comes, the longer may it take.
///
/// Thread safety: all, from any thread.
class reading {
public:
  /// No disk that works is slower, in octets a second.
  static constexpr std::size_t slowest_disk = std::size_t{1} << 20U;

  /// From now on that is waited for: a file or a folder, which is opened.
  void waits_for(const std::string& path);
  /// A part of it came; the next one is waited for.
  void got(std::size_t octets);
  /// Nothing is waited for from now on.
  void works();

  /// What is waited for, or was last.
  [[nodiscard]] std::string path() const;

  /// How long may be waited in all, for what came until now.
  [[nodiscard]] std::chrono::milliseconds
  allowed(std::chrono::milliseconds patience) const;

  /// How long may be waited on; 0: too long was.  While nothing is waited for
  /// it does not become less.
  [[nodiscard]] std::chrono::milliseconds
  left(std::chrono::milliseconds patience) const;

private:
  [[nodiscard]] std::chrono::milliseconds
  allowed_now(std::chrono::milliseconds patience) const;

  mutable std::mutex mutex_;
  std::string path_;
  std::size_t octets_ = 0;
  moment::duration waited_{};   ///< before the present wait
  std::optional<moment> since_; ///< the present wait
};

/// Work on a thread that may be left behind: nothing ever waits for it, the end
/// of the process neither.
template <class T>
class work_aside {
public:
  /// Whether it has ended.
  [[nodiscard]] bool is_done() const {
    return outcome_.wait_for(std::chrono::seconds{0}) ==
           std::future_status::ready;
  }

  /// Waits for its end, but for files no longer than that.
  /// @return whether it has ended
  [[nodiscard]] bool is_done_within(std::chrono::milliseconds patience) const {
    for (;;) {
      const auto left = by_->left(patience);
      if (outcome_.wait_for(left) == std::future_status::ready)
        return true;
      if (left <= left.zero())
        return false;
    }
  }

  [[nodiscard]] const reading& by() const noexcept { return *by_; }

  /// What came of it, once.  @pre is_done()
  [[nodiscard]] T take() { return outcome_.get(); }

private:
  template <class Work>
  friend auto begun_aside(Work work)
      -> work_aside<std::invoke_result_t<Work, reading&>>;

  work_aside(std::future<T> made, std::shared_ptr<const reading> by)
      : outcome_{std::move(made)},
        by_{std::move(by)} {}

  std::future<T> outcome_;
  std::shared_ptr<const reading> by_;
};

/// Begins such work, on a thread of its own with the weight of who calls.
/// @param work touches only what it owns, and the `reading` that it is given
template <class Work>
[[nodiscard]] auto begun_aside(Work work)
    -> work_aside<std::invoke_result_t<Work, reading&>> {
  using made = std::invoke_result_t<Work, reading&>;
  const auto by = std::make_shared<reading>();
  // A future of std::async would wait for its thread.
  std::packaged_task<made()> task{
      [work = std::move(work), by]() mutable { return work(*by); }};
  auto promised = task.get_future();
  std::thread{std::move(task)}.detach();
  return {std::move(promised), by};
}

/// "did not come to its end within 10 s"
[[nodiscard]] inline std::string
no_end_within(const reading& of, std::chrono::milliseconds patience) {
  return "did not come to its end within " +
         std::to_string(
             std::chrono::ceil<std::chrono::seconds>(of.allowed(patience))
                 .count()) +
         " s";
}

} // namespace spfblock::server
