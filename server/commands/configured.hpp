// What several commands do first.
#pragma once

#include "server/configuration.hpp"

#include <optional>
#include <string>

namespace spfblock::server {

/// Loads the configuration; prints every fault on stderr where there is one.
[[nodiscard]] std::optional<configuration>
load_or_complain(const std::string& path);

} // namespace spfblock::server
