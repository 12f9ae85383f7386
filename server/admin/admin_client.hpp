// Asks the admin port of a running server.
#pragma once

#include "core/net/endpoint.hpp"
#include "core/support/result.hpp"

#include <string>

namespace spfblock::server {

/// Fetches `target`, as in "/explain?address=192.0.2.1".  A server that has too
/// much to do, as it says by 503, is asked again for ten seconds.
/// @return the body of a 200 reply; errc::temporary if nobody answers within
///         ten seconds, errc::limit_exceeded if it still has too much to do,
///         errc::malformed for any other reply, and for any of another program
result<std::string> admin_get(const net::endpoint& from,
                              const std::string& target);

} // namespace spfblock::server
