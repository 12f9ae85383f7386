// What only the machine tells of a configuration: its file system, its
// interfaces.
#pragma once

#include "core/config/kept_configuration.hpp"
#include "core/config/settings.hpp"
#include "core/json/problem.hpp"
#include "server/system/patience.hpp"

#include <string>
#include <vector>

namespace spfblock::server {

/// Says what is wrong with settings that are right in themselves, on this
/// machine and at this moment.
///
/// A file that the service would overwrite although it reads it, or writes it
/// otherwise, is a fault: of `publish`, or one of those that lie where
/// `state_file` says.  Warnings, since each may come yet: a folder that is
/// not there, of the state file or a published one; a state file that is no
/// file; a name server behind an interface that is not there.
///
/// @param settings with absolute paths
/// @param texts what they were read from
/// @param path how the configuration is called
/// @param by is told what is waited for
/// @return faults and warnings, with their lines in it; touches nothing
[[nodiscard]] std::vector<json::problem>
check_surroundings(const config::settings& settings,
                   const config::source_texts& texts, const std::string& path,
                   reading& by);

} // namespace spfblock::server
