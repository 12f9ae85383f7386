// What several commands do first.
#pragma once

#include "core/config/whereabouts.hpp"
#include "server/configuration.hpp"

#include <optional>
#include <string>

namespace spfblock::server {

/// Loads the configuration; prints every fault on stderr where there is one.
[[nodiscard]] std::optional<configuration>
load_or_complain(const std::string& path);

/// The same, and what `check` finds beside: files that the service cannot read.
[[nodiscard]] std::optional<configuration>
load_checked(const std::string& path);

/// Where the server is that a configuration describes: all that asking it
/// needs, be the rest of the file as faulty as it may.  Says on stderr what of
/// this cannot be read; the defaults stand for that.
/// @param door config::whereabouts_in()
[[nodiscard]] config::whereabouts
server_of(const std::string& path,
          std::optional<protocols::door> door = std::nullopt);

/// Where a server that listens there is asked: a wildcard address at loopback.
[[nodiscard]] net::endpoint reachable(net::endpoint at);
[[nodiscard]] config::listener reachable(config::listener at);

} // namespace spfblock::server
