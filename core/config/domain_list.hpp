// The listed domains, no name twice.
#pragma once

#include "core/config/settings.hpp"
#include "core/json/problem.hpp"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace spfblock::config {

/// Grows by one domain at a time and remembers where each was named.
class domain_list {
public:
  /// A message that says where the domain was named, if it was.
  [[nodiscard]] std::optional<std::string>
  repetition(const dns::name& domain) const;

  /// Appends `entry` unless its name is in the list.
  /// @param at where the name stands
  /// @return repetition()
  std::optional<std::string> add(domain_entry entry, json::place at);

  /// The entries in the order they were added.
  [[nodiscard]] const std::vector<domain_entry>& entries() const noexcept {
    return entries_;
  }

  /// Where the domain was named; null if it is not in the list.
  [[nodiscard]] const json::place* place_of(const dns::name& domain) const;

  friend bool operator==(const domain_list&, const domain_list&) = default;

private:
  std::vector<domain_entry> entries_;
  std::map<dns::name, json::place> places_;
};

} // namespace spfblock::config
