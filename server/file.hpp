// Whole files.
#pragma once

#include "core/support/result.hpp"

#include <string>

namespace spfblock::server {

/// Reads a regular file, or what else ends, of at most 64 MiB.
/// @return its content, or errc::temporary with "cannot read PATH: REASON"
result<std::string> read_file(const std::string& path);

} // namespace spfblock::server
