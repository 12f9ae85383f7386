#include "server/system/background.hpp"

#include <sys/resource.h>

namespace spfblock::server {

void give_way_to_lookups() noexcept {
#ifdef __linux__
  constexpr int niceness = 10;
  constexpr id_t this_thread = 0;
  // Root could also lower it.
  if (getpriority(PRIO_PROCESS, this_thread) < niceness)
    setpriority(PRIO_PROCESS, this_thread, niceness);
#endif
}

} // namespace spfblock::server
