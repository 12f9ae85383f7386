// What the service's user can read.
#pragma once

#include "core/json/problem.hpp"
#include "server/configuration.hpp"

#include <vector>

namespace spfblock::server {

/// What of the configuration the service cannot read where root can: a fault
/// for each file or folder.  Says on stderr if that cannot be tried.
/// @return nothing but for root and the default configuration
[[nodiscard]] std::vector<json::problem> out_of_reach(const configuration& of);

} // namespace spfblock::server
