// Signals that come before there is somebody to handle them.
#pragma once

namespace spfblock::server {

/// Holds back the signals whose default is to end the process and that mean
/// something else here: SIGHUP, SIGUSR1.  For this thread and those that it
/// starts.  Before whatever takes time at the start; SIGTERM and SIGINT still
/// end it.
void hold_signals_back() noexcept;

/// Lets them in, those that came meanwhile first.  On one thread, once there
/// are handlers.
void let_signals_in() noexcept;

} // namespace spfblock::server
