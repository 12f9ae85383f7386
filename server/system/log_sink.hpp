// Where events go: standard error or syslog(3).
#pragma once

#include "core/config/settings.hpp"
#include "core/log/event.hpp"

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <thread>

namespace spfblock::server {

/// Writes events, one a line, in the order of the calls.
///
/// On standard error without time stamps; with the `<N>` prefix of
/// sd-daemon(3) if standard error is connected to the journal.  To syslog as
/// `spfblock[PID]`, facility mail; to standard error as long as nobody takes
/// syslog's messages, which is told there.
///
/// The log never delays who has something to say: lines are put into a queue
/// of at most `most_queued` octets, and a thread of its own writes them and
/// waits for whoever reads them.  Lines that have no room, and those that
/// cannot be written, are lost and counted; how many is told, in their place,
/// as soon as there is room again.
///
/// Thread safety: all functions from any thread.  In a child of fork(2) nobody
/// writes.
class log_sink {
public:
  /// Octets of lines that wait; as many more may be on their way.
  static constexpr std::size_t most_queued = std::size_t{1} << 20U;

  /// How long the end waits for what is queued to be written.
  static constexpr std::chrono::milliseconds last_wait{1000};

  /// On standard error.
  explicit log_sink(level lowest = level::info);

  /// Waits for what is queued, at most `last_wait`; what is left then is lost.
  ~log_sink();
  log_sink(const log_sink&) = delete;
  log_sink& operator=(const log_sink&) = delete;

  void configure(const config::log_settings& settings);

  /// Whether events of this severity are written at present.
  [[nodiscard]] bool wants(level severity) const noexcept {
    return severity <= lowest_.load(std::memory_order_relaxed);
  }

  /// Queues a line.  Takes no system call, but for one that wakes the writer.
  void write(const log::event& event) const;

  /// Ends the log: waits for what is queued, at most `last_wait`.  For who ends
  /// the process without destructors.
  void finish();

  /// How many lines were lost so far.
  [[nodiscard]] std::uint64_t lost() const noexcept;

private:
  class writer;

  std::atomic<level> lowest_;
  std::shared_ptr<writer> writer_; ///< the thread has it, too
  std::thread thread_;
};

} // namespace spfblock::server
