// Running out of file descriptors.  For children: see child_process.hpp.
#pragma once

#include "server/system/descriptor.hpp"

#include <fcntl.h>
#include <sys/resource.h>
#include <utility>
#include <vector>

namespace spfblock::testing {

/// Lowers, or raises as far as allowed, how many there may be.
inline void limit_descriptors(rlim_t most) {
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = most;
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

/// Takes all that are left.
[[nodiscard]] inline std::vector<server::descriptor> all_descriptors() {
  std::vector<server::descriptor> taken;
  for (;;) {
    server::descriptor next{::open("/dev/null", O_RDONLY | O_CLOEXEC)};
    if (!next.is_open())
      return taken;
    taken.push_back(std::move(next));
  }
}

} // namespace spfblock::testing
