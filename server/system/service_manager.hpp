// The service manager that has started us, if one has: sd_notify(3).
#pragma once

#include <chrono>
#include <optional>
#include <string_view>

/// Tells it how the service is, over $NOTIFY_SOCKET.  Without that variable, in
/// a terminal or a container, every call does nothing; a manager that does not
/// listen stops nothing.
///
/// Thread safety: from any thread.
namespace spfblock::server::service_manager {

/// Whether there is one that listens: where there is none, what would be told
/// need not be found out.
[[nodiscard]] bool listens() noexcept;

/// Lookups are answered: after the start, and after a reload.
void ready();

/// A reload begins; ready() ends it.
void reloading();

void stopping();

/// The service is alive; due within each watchdog_interval().
void alive();

/// What `systemctl status` shows.
/// @param text one line of UTF-8
void status(std::string_view text);

/// How long the manager waits for alive() before it restarts the service:
/// WatchdogSec= of systemd.service(5).
/// @return nothing if it does not wait
[[nodiscard]] std::optional<std::chrono::microseconds> watchdog_interval();

} // namespace spfblock::server::service_manager
