// Asks the admin port of a running server.
#pragma once

#include "core/net/endpoint.hpp"
#include "core/support/result.hpp"

#include <set>
#include <string>

namespace spfblock::server {

/// Fetches `target`, as in "/explain?address=192.0.2.1".  Who is told that
/// there is no room for the page just now (503) asks again, for ten seconds.
/// @return the body of a 200 reply; errc::temporary if nobody answers within
///         ten seconds, errc::malformed for any other reply, and for any of
///         another program
result<std::string> admin_get(const net::endpoint& from,
                              const std::string& target);

/// The target of /status about these domains alone, about none if there are
/// none; of very many it is that about all.  A server that does not know of it
/// tells of all.
[[nodiscard]] std::string status_target(const std::set<std::string>& domains);

} // namespace spfblock::server
