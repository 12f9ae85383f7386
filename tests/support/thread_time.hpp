// What something costs, however busy the machine is.
#pragma once

#include <algorithm>
#include <ctime>

namespace spfblock::testing {

/// Seconds that this thread has spent on a processor.
inline double thread_seconds() {
  timespec now{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) +
         static_cast<double>(now.tv_nsec) / 1e9;
}

/// What `work` costs: the least of several attempts.
template <class Work>
double least_seconds_of(Work work, int attempts = 5) {
  double least = 1e9;
  for (; attempts > 0; --attempts) {
    const double begin = thread_seconds();
    work();
    least = std::min(least, thread_seconds() - begin);
  }
  return least;
}

} // namespace spfblock::testing
