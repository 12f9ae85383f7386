// The listed domains, no name twice, and the files that name them.
#pragma once

#include "core/config/settings.hpp"
#include "core/config/settings_parser.hpp"
#include "core/json/json_value.hpp"
#include "core/json/problem.hpp"

#include <cstddef>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace spfblock::config {

/// Reads a pattern of files and gets at them.
/// @return none where there is a fault
[[nodiscard]] std::vector<domain_file>
read_pattern(const json::json_value& value, const domain_file_reader& reader);

/// What is done with a name, of the line of that number; says what is wrong
/// with it, if anything is.
using name_taker =
    std::function<std::optional<std::string>(const dns::name&, std::size_t)>;

/// Gives the names of a file to `take`: one a line, blank lines and comments
/// from `#` to the end of a line passed over.
/// @return what is wrong with it, in order of lines
[[nodiscard]] std::vector<json::problem> take_names(const domain_file& file,
                                                    const name_taker& take);

/// Grows by one domain at a time and remembers where each was named.
class domain_list {
public:
  /// Appends `entry` unless its name is in the list.
  /// @param place where the name stands, as `FILE:LINE`
  /// @return nothing, or a message that says where it was named first
  std::optional<std::string> add(domain_entry entry, std::string place);

  /// Appends the domains of a file, as take_names() reads it.  A file of a path
  /// that was added before is passed over: several patterns may match it.
  /// @param inherited what an entry is like but for its name
  /// @return what is wrong with it, in order of lines
  std::vector<json::problem> add_file(const domain_file& file,
                                      const domain_entry& inherited);

  /// The entries in the order they were added.
  [[nodiscard]] const std::vector<domain_entry>& entries() const noexcept {
    return entries_;
  }

private:
  std::vector<domain_entry> entries_;
  std::map<dns::name, std::string> places_;
  std::set<std::string> files_;
};

} // namespace spfblock::config
