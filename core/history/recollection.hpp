// What a history says of the time when it ends.
#pragma once

#include "core/domains/role.hpp"
#include "core/history/entry.hpp"

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <utility>

namespace spfblock::history {

/// What the last entries of a history say, listing by listing: so a server that
/// starts tells what changed while none ran, or was lost, and nothing else.
///
/// A regular value type; of the size of the configuration, not of the history.
class recollection {
public:
  using key = std::pair<domains::role, std::string>; ///< a listing

  /// What is known of one listing.
  struct knowledge {
    std::string
        configured;     ///< entry::digest of its entry; empty: there is none
    std::string listed; ///< the same of what it lists
  };

  /// Goes on with the next line of the history.  Lines that are no entries, a
  /// torn one for instance, are passed over.
  void read(std::string_view line);

  /// Whether there was an entry at all.
  [[nodiscard]] bool empty() const noexcept { return read_ == 0; }

  [[nodiscard]] const std::map<key, knowledge>& known() const noexcept {
    return known_;
  }

private:
  std::size_t read_ = 0;
  std::map<key, knowledge> known_;
};

} // namespace spfblock::history
