// Asks the admin port of a running server.
#pragma once

#include "core/net/endpoint.hpp"
#include "core/support/result.hpp"

#include <string>

namespace spfblock::server {

/// Fetches `target`, as in "/explain?address=192.0.2.1".  Who is told that
/// there is no room for the page just now (503) asks again, for ten seconds.
/// @return the body of a 200 reply; errc::temporary if nobody answers within
///         ten seconds, errc::malformed for any other reply, and for any of
///         another program
result<std::string> admin_get(const net::endpoint& from,
                              const std::string& target);

} // namespace spfblock::server
