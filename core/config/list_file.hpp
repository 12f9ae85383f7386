// The files of entries that settings name; others may be their authors.
#pragma once

#include "core/dns/name.hpp"
#include "core/json/json_value.hpp"
#include "core/json/problem.hpp"

#include <cstddef>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace spfblock::config {

/// A file that `domain_files`, `entry_files` or `allow.providers` named.
struct list_file {
  std::string path;
  std::string text;
  std::string trouble = {};  ///< not empty: why it cannot be read; safe
  std::string identity = {}; ///< the same for all paths that lead to the file;
                             ///< empty: known by its path
};

/// How the parser gets at the files that such a pattern names;
/// the core opens none itself.
/// @return the files in order of their names, or a message why not.  A pattern
///         without wildcards that names no file is an error, one with
///         wildcards that matches none is not.
using list_file_reader =
    std::function<std::variant<std::vector<list_file>, std::string>(
        const std::string& pattern)>;

/// How many entries each file gave, by its path.
using list_sizes = std::map<std::string, std::size_t>;

/// What became of the lists since they gave `former`: a warning for each that
/// gives none any more, or less than half.
[[nodiscard]] std::vector<json::problem> losses(const list_sizes& former,
                                                const list_sizes& now);

/// Reads the text of a pattern: the name of a file, or several.
[[nodiscard]] std::optional<std::string>
read_pattern(const json::json_value& value);

/// What is done with a name, of the line of that number; says what is wrong
/// with it, if anything is.
using name_taker =
    std::function<std::optional<std::string>(const dns::name&, std::size_t)>;

/// Takes what is wrong with a line.
using problem_taker = std::function<void(json::problem)>;

/// Gives the names of a file to `take`: one a line, blank lines and comments
/// from `#` to the end of a line passed over; and what is wrong with it to
/// `complain`, in order of lines.  A page of HTML, as a failed download leaves
/// it, is one problem and gives no name.
void take_names(const list_file& file, const name_taker& take,
                const problem_taker& complain);

} // namespace spfblock::config
