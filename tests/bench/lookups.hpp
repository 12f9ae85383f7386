// Looking addresses up in tables of different makes.
#pragma once

#include "core/net/patricia_tree.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>
#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace spfblock::bench {

/// net::patricia_tree with the yardsticks' interface.
template <class Key>
class our_tree {
public:
  using key_type = Key;

  explicit our_tree(std::vector<net::tree_entry<Key>> entries)
      : tree_{std::move(entries)} {}

  [[nodiscard]] std::uint32_t find(Key address) const noexcept {
    const auto found = tree_.longest_match(address);
    return found ? found->value : net::patricia_tree<Key>::no_value;
  }
  [[nodiscard]] std::size_t memory() const noexcept { return tree_.memory(); }

private:
  net::patricia_tree<Key> tree_;
};

/// Looks all up; the processor may begin one before the others have ended.
/// @return a sum of what was found
template <class Table>
std::uint32_t
find_overlapping(const Table& table,
                 std::span<const typename Table::key_type> addresses) {
  std::uint32_t sum = 0;
  for (const auto each : addresses)
    sum += table.find(each);
  return sum;
}

/// Looks all up, one at a time: as they come between system calls.  The next
/// address depends on what was found before; on x86 a fence also keeps the
/// processor from guessing it.
/// @return a sum of what was found
template <class Table>
std::uint32_t
find_one_at_a_time(const Table& table,
                   std::span<const typename Table::key_type> addresses) {
  std::uint32_t sum = 0;
  std::uint32_t nothing = 0;
  asm volatile("" : "+r"(nothing)); // 0, which the compiler does not know
  for (const auto each : addresses) {
    sum += table.find(each ^ (sum & nothing));
#if defined(__x86_64__)
    _mm_lfence();
#endif
  }
  return sum;
}

} // namespace spfblock::bench
