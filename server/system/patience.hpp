// Work that may never end: what waits for a disk, or for the writer of a FIFO.
#pragma once

#include <chrono>
#include <future>
#include <optional>
#include <string>
#include <thread>
#include <type_traits>
#include <utility>

namespace spfblock::server {

/// So long a file may take that is read at all; longer than any disk that
/// works, and about as long as smtpd(8) waits before it defers a mail.
inline constexpr std::chrono::seconds patience_for_files{10};

/// Begins work on a thread that may be left behind: nothing ever waits for it,
/// the end of the process neither.
/// @param work touches only what it owns
/// @return what comes of it, perhaps never; its destructor does not wait
template <class Work>
[[nodiscard]] std::future<std::invoke_result_t<Work>> begun_aside(Work work) {
  // A future of std::async would wait for its thread.
  std::packaged_task<std::invoke_result_t<Work>()> task{std::move(work)};
  auto outcome = task.get_future();
  std::thread{std::move(task)}.detach();
  return outcome;
}

/// Waits for work, but no longer than that.
template <class T>
[[nodiscard]] bool is_done_within(const std::future<T>& work,
                                  std::chrono::milliseconds time) {
  return work.wait_for(time) == std::future_status::ready;
}

/// Does work, unless it takes longer than that: then it is left behind.
/// @param work as for begun_aside()
/// @return what came of it; nothing where it did not end in time
template <class Work>
[[nodiscard]] std::optional<std::invoke_result_t<Work>>
done_within(std::chrono::milliseconds time, Work work) {
  auto outcome = begun_aside(std::move(work));
  if (!is_done_within(outcome, time))
    return std::nullopt;
  return outcome.get();
}

/// "did not come to its end within 10 s"
[[nodiscard]] inline std::string no_end_within(std::chrono::milliseconds time) {
  return "did not come to its end within " +
         std::to_string(std::chrono::ceil<std::chrono::seconds>(time).count()) +
         " s";
}

} // namespace spfblock::server
