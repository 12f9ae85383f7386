// JSON text to settings, or everything that is wrong with it.
#pragma once

#include "core/config/entry_places.hpp"
#include "core/config/list_file.hpp"
#include "core/config/settings.hpp"
#include "core/json/problem.hpp"
#include "core/json/problem_list.hpp"

#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace spfblock::config {

/// What holds where a configuration says nothing: the defaults, with the
/// shipped providers.
[[nodiscard]] settings default_settings();

/// A valid configuration, as it was read.
struct reading {
  config::settings settings;
  std::vector<json::problem> warnings; ///< json::problem_list::warnings()
  list_sizes lists;                    ///< of `domain_files` and `entry_files`
  entry_places places;

  friend bool operator==(const reading&, const reading&) = default;
};

/// Parses a configuration (docs: spfblock.json(5), etc/spfblock.json).
///
/// JSON with `//` and `/* */` comments.  All faults are reported at once, in
/// order of file and line: syntax (that one ends the parsing), unknown keys
/// (with the known ones, and the likely one named), keys given twice, wrong
/// types, numbers out of range or not whole, durations ("90s", "15m", "1h",
/// "7d"), days, names, addresses, actions (table::action), what is given twice
/// in one list, the lack of all of `domains`, `domain_files`, `entry_files` and
/// `networks`, and what check_consistency() finds.
///
/// What is wrong with a file that `domain_files` or `entry_files` names is a
/// warning, whatever it is: others may write it, and their mistakes must not
/// take away what the rest lists.  A list that lost more than half is one, too.
///
/// A day may be past, since there is no clock here.
///
/// Relative patterns, `zone_file` and `state_file` are passed on as written.
///
/// @param file how the file is called in messages
/// @param former what the lists gave when they were last read
/// @param unknown what an unknown key is; where it is a warning, as in what
///        another version accepted, so is whatever else is wrong in settings
///        that protect nothing: that entry, or value, is passed over
/// @return the settings; or the faults, and behind them the warnings
std::variant<reading, std::vector<json::problem>>
parse_settings(std::string_view text, const std::string& file,
               const list_file_reader& read_files,
               const list_sizes& former = {},
               json::unknown_keys unknown = json::unknown_keys::are_faults);

} // namespace spfblock::config
