// The specification of longest-prefix match: a linear scan, obviously right.
#pragma once

#include "core/net/patricia_tree.hpp"

#include <optional>
#include <utility>
#include <vector>

namespace spfblock::testing {

/// Answers as net::patricia_tree must, in O(n).
template <class Key, unsigned Width = sizeof(Key) * 8>
class naive_table {
public:
  using match = typename net::patricia_tree<Key, Width>::match;

  explicit naive_table(std::vector<net::tree_entry<Key>> entries)
      : entries_{std::move(entries)} {}

  [[nodiscard]] std::optional<match> longest_match(Key address) const {
    std::optional<match> best;
    for (const auto& e : entries_)
      if (contains(e, address) && (!best || e.length > best->length))
        best = match{e.length, e.value};
    return best;
  }

private:
  static bool contains(const net::tree_entry<Key>& e, Key address) {
    for (unsigned i = 0; i < e.length; ++i) {
      const unsigned bit = Width - 1 - i;
      if (((e.first ^ address) >> bit & 1) != 0)
        return false;
    }
    return true;
  }

  std::vector<net::tree_entry<Key>> entries_;
};

} // namespace spfblock::testing
