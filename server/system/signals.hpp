// The signals that a server handles.
#pragma once

#include <array>
#include <csignal>

namespace spfblock::server {

inline constexpr std::array handled_signals{SIGHUP, SIGTERM, SIGINT, SIGUSR1};

/// Holds them back, whatever they would do now: none is lost, none ends the
/// process before it can handle it.  For the start, while there is one thread;
/// threads inherit it.
void hold_signals() noexcept;

/// Lets them come, those that came meanwhile first; also where whoever started
/// the process held them back.
void let_signals_come() noexcept;

} // namespace spfblock::server
