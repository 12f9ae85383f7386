// Files that the table is published in.
#pragma once

#include "core/exports/format.hpp"
#include "core/json/json_value.hpp"

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

namespace spfblock::config {

/// A file that the server keeps up to date with its table.
struct published_file {
  exports::format as{};
  std::string file;              ///< its path
  std::chrono::seconds every{0}; ///< written at most once in so long

  friend bool operator==(const published_file&,
                         const published_file&) = default;
};

/// What Postfix appends to the name of a cdb: table.
inline constexpr std::string_view cdb_ending = ".cdb";

/// The name under which a file is written before it takes its own.
[[nodiscard]] inline std::string fresh_name(const std::string& file) {
  return file + ".new";
}

/// How often a file is written where nothing is said: Postfix finds a new cdb
/// by itself, the readers of other formats mostly begin anew.
[[nodiscard]] std::chrono::seconds default_every(exports::format as);

/// Reads the array `publish`.  No path is there twice, as far as the text
/// tells.
void read_publish(const json::json_value& value,
                  std::vector<published_file>& into);

} // namespace spfblock::config
