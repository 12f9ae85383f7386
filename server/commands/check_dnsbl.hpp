// `spfblock check --dnsbl`.
#pragma once

#include "core/config/settings.hpp"
#include "server/exit_status.hpp"

namespace spfblock::server {

/// Asks the resolvers of this machine, those that /etc/resolv.conf names, for
/// the test entries of each door dnsbl of `settings`: what is right on stdout,
/// the rest on stderr.
/// @return negative where a resolver does not lead to a door, or none is there
[[nodiscard]] exit_status check_dnsbl(const config::settings& settings);

} // namespace spfblock::server
