// The configuration with all the files it names, read from disk.
#pragma once

#include "core/config/settings.hpp"
#include "core/dns/zone.hpp"
#include "core/json/problem.hpp"

#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace spfblock::server {

/// Where the configuration is without `-c`.
inline constexpr const char* default_configuration_file =
    "/etc/spfblock/spfblock.json";

/// A valid configuration.
struct configuration {
  config::settings settings;     ///< its paths made absolute
  std::optional<dns::zone> zone; ///< what zone_file holds, if one is set
};

/// Reads and checks a configuration file, the files that `domain_files` names
/// (glob(7) patterns) and the zone file: for start, reload and `check` alike.
/// Relative paths in it are relative to its own folder.
/// @return everything that is wrong if anything is
std::variant<configuration, std::vector<json::problem>>
load_configuration(const std::string& path);

} // namespace spfblock::server
