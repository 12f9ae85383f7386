#include "server/system/descriptor_limit.hpp"

#include <algorithm>

namespace spfblock::server {

rlim_t allow_descriptors(rlim_t wanted) noexcept {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= wanted)
    return limit.rlim_cur;
  rlimit raised = limit;
  raised.rlim_max = std::max(limit.rlim_max, wanted);
  raised.rlim_cur = wanted;
  if (setrlimit(RLIMIT_NOFILE, &raised) == 0)
    return wanted;
  raised.rlim_max = limit.rlim_max;
  raised.rlim_cur = limit.rlim_max;
  return setrlimit(RLIMIT_NOFILE, &raised) == 0 ? limit.rlim_max
                                                : limit.rlim_cur;
}

} // namespace spfblock::server
