// Where events go: standard error or syslog(3).
#pragma once

#include "core/config/settings.hpp"
#include "core/log/event.hpp"

#include <atomic>

namespace spfblock::server {

/// Writes events, one a line.
///
/// On standard error without time stamps; with the `<N>` prefix of
/// sd-daemon(3) if standard error is connected to the journal.  To syslog as
/// `spfblock[PID]`, facility mail.  A line that cannot be written is lost: the
/// log never stops the service.
///
/// Thread safety: write() and wants() from any thread; configure() from one.
class log_sink {
public:
  log_sink();
  ~log_sink();
  log_sink(const log_sink&) = delete;
  log_sink& operator=(const log_sink&) = delete;

  void configure(const config::log_settings& settings);

  /// Whether events of this severity are written at present.
  [[nodiscard]] bool wants(level severity) const noexcept {
    return severity <= lowest_.load(std::memory_order_relaxed);
  }

  void write(const log::event& event) const;

private:
  std::atomic<level> lowest_ = level::info;
  std::atomic<bool> to_syslog_ = false;
  bool to_journal_;
};

} // namespace spfblock::server
