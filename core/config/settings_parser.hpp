// JSON text to settings, or everything that is wrong with it.
#pragma once

#include "core/config/settings.hpp"
#include "core/json/problem.hpp"

#include <functional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace spfblock::config {

/// A file of names that `domain_files` or `allow.providers` named (one a line,
/// `#` comments).
struct domain_file {
  std::string path;
  std::string text;
};

/// How the parser gets at the files that such a pattern names;
/// the core opens none itself.
/// @return the files in order of their names, or a message why not.  A pattern
///         without wildcards that names no file is an error, one with
///         wildcards that matches none is not.
using domain_file_reader =
    std::function<std::variant<std::vector<domain_file>, std::string>(
        const std::string& pattern)>;

/// What holds where a configuration says nothing: the defaults, with the
/// shipped providers.
[[nodiscard]] settings default_settings();

/// Parses a configuration (docs: spfblock.json(5), etc/spfblock.json).
///
/// JSON with `//` and `/* */` comments.  All faults are reported at once, in
/// order of file and line: syntax (that one ends the parsing), unknown keys
/// (with the known ones, and the likely one named), keys given twice, wrong
/// types, numbers out of range or not whole, durations ("90s", "15m", "1h",
/// "7d"), days, names, addresses, actions (table::action), what is given twice
/// in one list, and the lack of all of `domains`, `domain_files` and
/// `networks`.
///
/// A domain may be listed and allowed: lists of domains come from others.  One
/// that is listed is no provider.  A day may be past, since there is no clock
/// here.
///
/// Relative `domain_files` patterns, `zone_file` and `state_file` are passed on
/// as written.
///
/// @param file how the file is called in messages
std::variant<settings, std::vector<json::problem>>
parse_settings(std::string_view text, const std::string& file,
               const domain_file_reader& read_domain_files);

} // namespace spfblock::config
