// The listed domains, no name twice, and the files that name them.
#pragma once

#include "core/config/settings.hpp"
#include "core/config/settings_parser.hpp"
#include "core/json/problem.hpp"

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace spfblock::config {

/// Grows by one domain at a time and remembers where each was named.
class domain_list {
public:
  /// Appends `entry` unless its name is in the list.
  /// @param place where the name stands, as `FILE:LINE`
  /// @return nothing, or a message that says where it was named first
  std::optional<std::string> add(domain_entry entry, std::string place);

  /// Appends the domains of a file: one name a line, blank lines and comments
  /// from `#` to the end of a line passed over.  A file of a path that was
  /// added before is passed over: several patterns may match it.
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
