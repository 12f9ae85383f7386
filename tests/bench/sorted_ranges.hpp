// A yardstick: binary search.
#pragma once

#include "core/net/patricia_tree.hpp"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace spfblock::bench {

/// The prefixes flattened to ranges that are disjoint and ascending, found by a
/// binary search without branches: always the same number of steps.
///
/// `Key` is an unsigned integer.  Thread safety: immutable after construction.
template <class Key>
class sorted_ranges {
public:
  using key_type = Key;

  /// @pre as net::patricia_tree
  explicit sorted_ranges(std::vector<net::tree_entry<Key>> entries);

  /// The value of the most specific prefix, or patricia_tree::no_value.
  [[nodiscard]] std::uint32_t find(Key address) const noexcept {
    const Key* base = firsts_.data();
    for (std::size_t left = firsts_.size(); left > 1;) {
      const std::size_t half = left / 2;
      base = base[half] <= address ? base + half : base;
      left -= half;
    }
    return values_[static_cast<std::size_t>(base - firsts_.data())];
  }

  /// Bytes of heap memory held.
  [[nodiscard]] std::size_t memory() const noexcept {
    return firsts_.capacity() * sizeof(Key) +
           values_.capacity() * sizeof(std::uint32_t);
  }

private:
  void begin_range(Key first, std::uint32_t value);

  std::vector<Key> firsts_; ///< the first is 0; a range ends before the next
  std::vector<std::uint32_t> values_; ///< of the range of that index
};

} // namespace spfblock::bench
