// The configuration with all the files it names, read from disk.
#pragma once

#include "core/config/entry_places.hpp"
#include "core/config/kept_configuration.hpp"
#include "core/config/list_file.hpp"
#include "core/config/settings.hpp"
#include "core/dns/zone.hpp"
#include "core/json/problem.hpp"
#include "server/system/patience.hpp"

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
  config::settings settings;           ///< its paths made absolute
  std::optional<dns::zone> zone;       ///< what zone_file holds, if one is set
  std::vector<json::problem> warnings; ///< about 20, and one that counts more
  config::list_sizes lists;            ///< what each list gave
  config::entry_places places;
  config::source_texts texts;
};

/// A configuration; or everything that is wrong with it, and behind that the
/// warnings.
using loaded_configuration =
    std::variant<configuration, std::vector<json::problem>>;

/// Reads and checks a configuration file, the files that `domain_files` and
/// `entry_files` name (glob(7) patterns) and the zone file: for start, reload
/// and `check` alike.  Relative paths in it are relative to its own folder.
/// Lists that are a FIFO, a device or the like are not opened: they might never
/// come to their ends.
/// @param former what the lists gave when they were last read
/// @param by is told which file is waited for; null: nobody
loaded_configuration load_configuration(const std::string& path,
                                        const config::list_sizes& former = {},
                                        reading* by = nullptr);

/// Reads a configuration from what an earlier one, perhaps of a later version,
/// was read from: settings that this version does not know are warnings.
/// Touches no file.
loaded_configuration load_configuration(config::source_texts texts,
                                        const config::list_sizes& former = {});

/// The state file that a configuration means by what is written in it; empty:
/// none.
[[nodiscard]] std::string state_file_of(const std::string& configuration,
                                        const std::string& written);

} // namespace spfblock::server
