// Work that must not be felt by those who wait for a lookup.
#pragma once

namespace spfblock::server {

/// Lets the calling thread run only where nobody else wants to: SCHED_IDLE of
/// sched(7).  A lookup that comes while such a thread runs takes the processor
/// from it at once.
///
/// Under systemd, and in any session of its own, that is among the threads of
/// this service only: a busy mail server does not starve it.  Where the kernel
/// refuses, the thread goes on as it was.
void give_way_to_lookups() noexcept;

} // namespace spfblock::server
