// `spfblock check --postfix`.
#pragma once

#include "core/config/settings.hpp"
#include "server/exit_status.hpp"

namespace spfblock::server {

/// Asks postconf(1), as MAIL_CONFIG says of which Postfix, and says whether it
/// asks the doors of `settings`, and those that the running server has beside
/// (a service manager hands sockets over), rightly: what is right on stdout,
/// the rest on stderr.
/// @return negative where the wiring is wrong; unavailable without postconf
[[nodiscard]] exit_status check_postfix(config::settings settings);

} // namespace spfblock::server
