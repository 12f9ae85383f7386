// Work that should not be felt by those who wait for a lookup.
#pragma once

namespace spfblock::server {

/// Gives the calling thread a tenth of the weight of the others: nice 10, which
/// is a matter of each thread on Linux alone (setpriority(2)).  Elsewhere it
/// would slow down the whole process, and nothing is done.
///
/// Not SCHED_IDLE: on a machine that is busy with other things a table of a few
/// networks then took eleven seconds to be built.
///
/// Where the kernel refuses, the thread goes on as it was.
void give_way_to_lookups() noexcept;

} // namespace spfblock::server
