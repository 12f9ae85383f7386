// How many descriptors this process may have open.
#pragma once

#include <sys/resource.h>

namespace spfblock::server {

/// Raises the soft limit of open files to `wanted`, or as far as is allowed
/// (setrlimit(2)); never lowers it.
/// @return the limit in force
rlim_t allow_descriptors(rlim_t wanted) noexcept;

} // namespace spfblock::server
