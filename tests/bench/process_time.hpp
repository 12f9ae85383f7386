// How long the threads of a process have run.
#pragma once

#include <chrono>
#include <sys/types.h>

namespace spfblock::bench {

/// The time that all threads of a process have spent on a processor, user and
/// kernel, to the nanosecond (/proc/PID/task/*/schedstat).  Threads that have
/// ended do not count.  Throws std::filesystem::filesystem_error.
[[nodiscard]] std::chrono::nanoseconds process_time(pid_t of);

} // namespace spfblock::bench
