// What the allocator keeps that nobody uses.
#pragma once

namespace spfblock::server {

/// Gives the kernel back whole pages that nothing uses any more.  An allocator
/// keeps them for the next that asks, so a process would stay as large as it
/// ever was: at a start with many domains, three times what they need.
///
/// Goes through all free memory: some milliseconds with a hundred thousand
/// domains, for threads that give way.  glibc only; elsewhere nothing is done.
void give_back_memory() noexcept;

} // namespace spfblock::server
