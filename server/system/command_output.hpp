// What another program prints.
#pragma once

#include "core/support/result.hpp"

#include <string>

namespace spfblock::server {

/// Runs a command of sh(1) to its end.  It looks for programs where a user's
/// PATH may not: in /usr/sbin and /usr/local/sbin, too.  What it says on stderr
/// goes to ours.
/// @param command a constant: nothing in it is quoted
/// @return errc::temporary if it cannot be run, or fails
[[nodiscard]] result<std::string> output_of(const char* command);

} // namespace spfblock::server
