#include "server/background.hpp"

#include <sched.h>

namespace spfblock::server {

void give_way_to_lookups() noexcept {
  const sched_param of_no_use{};
  sched_setscheduler(0, SCHED_IDLE, &of_no_use);
}

} // namespace spfblock::server
