// The service manager that has started us, if one has: systemd.
#pragma once

#include "server/system/descriptor.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// Tells it how the service is, sd_notify(3), and takes what it hands over,
/// sd_listen_fds(3).  Without $NOTIFY_SOCKET, in a terminal or a container,
/// nothing is told; a manager that does not listen stops nothing.
///
/// Two twins, of which CMake builds one (SPFBLOCK_SYSTEMD): with libsystemd,
/// and one for systems that have none, where every call does nothing.
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

struct handed_over {
  std::string name; ///< FileDescriptorName= of systemd.socket(5); any text
  descriptor number;
};

/// Takes over the descriptors that were handed to this process and removes them
/// from the environment: LISTEN_FDS, LISTEN_PID, LISTEN_FDNAMES.
[[nodiscard]] std::vector<handed_over> take_descriptors();

} // namespace spfblock::server::service_manager
