// Has a running server take over what was written.
#pragma once

#include "server/configuration.hpp"
#include "server/exit_status.hpp"

#include <string>
#include <vector>

namespace spfblock::server {

/// Reloads the server that a configuration describes, if it runs: by
/// `systemctl reload` where systemd runs it, otherwise by a SIGHUP to the
/// process that `/status` names.  Waits for what becomes of that, and some
/// seconds longer for the first look at domains that are new and for the table
/// that has what was found.  Says what changed, or why nothing did.
///
/// @param now what was read from the file that the server reads
/// @return done, also where no server answers; config where it refuses the
///         file; unavailable where it cannot be told or does not say what
///         became of it
[[nodiscard]] exit_status reload_server(const configuration& now);

} // namespace spfblock::server
