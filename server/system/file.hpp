// Whole files.
#pragma once

#include "core/support/result.hpp"

#include <cstddef>
#include <optional>
#include <string>

namespace spfblock::server {

/// What a file may hold at most, in bytes, where nothing else is said: 64 MiB.
constexpr std::size_t longest_file = std::size_t{64} << 20U;

/// Reads a regular file, or what else ends, of at most `longest` bytes.
/// @return its content, or errc::temporary with "cannot read PATH: REASON"
result<std::string> read_file(const std::string& path,
                              std::size_t longest = longest_file);

/// As read_file(), but a file that is not there is nothing and no failure.
result<std::optional<std::string>>
read_file_if_any(const std::string& path, std::size_t longest = longest_file);

} // namespace spfblock::server
