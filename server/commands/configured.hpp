// What several commands do first.
#pragma once

#include "server/configuration.hpp"

#include <optional>
#include <string>

namespace spfblock::server {

/// Loads the configuration; prints every fault on stderr where there is one.
[[nodiscard]] std::optional<configuration>
load_or_complain(const std::string& path);

/// Where a server that listens on `at` is asked: a wildcard address at
/// loopback.
[[nodiscard]] net::endpoint reachable(net::endpoint at);

} // namespace spfblock::server
