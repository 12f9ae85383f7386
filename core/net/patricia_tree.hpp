// The lookup structure: a path-compressed binary trie (Patricia tree) over the
// prefixes of one address family, built once, never changed.
#pragma once

#include "core/support/contract.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <type_traits>
#include <vector>

namespace spfblock::net {

/// A prefix and what stands behind it, the input of patricia_tree.
template <class Key>
struct tree_entry {
  Key first{};             ///< the lowest address; host bits zero
  std::uint8_t length = 0; ///< significant bits, 0 to the tree's width
  std::uint32_t value = 0; ///< below patricia_tree::no_value
};

/// Longest-prefix match over a fixed set of prefixes.
///
/// Each node stands for a prefix: one that was inserted, or the longest common
/// prefix of two subtrees.  The nodes lie in one array and the two children of
/// a node side by side, so a node needs one child index: 12 bytes for IPv4 and
/// 24 for IPv6 (16-byte keys are kept as two words), at most two nodes a
/// prefix.  A lookup visits at most one node a distinct length on its path.
/// Under keys of up to four bytes it starts at a table over the first bits, of
/// at most 4 bytes a prefix; in use, IPv6 addresses differ too little there.
///
/// `Key` is an unsigned integer that holds `Width` bits; tests use a family
/// of three bits to enumerate every tree there is.
///
/// Thread safety: immutable after construction; any number of readers.
template <class Key, unsigned Width = sizeof(Key) * 8>
class patricia_tree {
public:
  using key_type = Key;

  /// Values are below this.
  static constexpr std::uint32_t no_value = 0xffffff;

  /// What a lookup found.
  struct match {
    std::uint8_t length; ///< of the most specific prefix over the address
    std::uint32_t value;

    friend bool operator==(const match&, const match&) = default;
  };

  /// An empty tree.
  patricia_tree() = default;

  /// Builds the tree.  Where a prefix is given more than once, the first
  /// entry's value stands.  O(n log n).
  /// @pre host bits are zero, lengths at most Width, values below no_value,
  ///      fewer than 2^31 entries
  explicit patricia_tree(std::vector<tree_entry<Key>> entries);

  /// The most specific prefix that contains `address`.  Never allocates.
  /// @pre address < 2^Width
  [[nodiscard]] std::optional<match> longest_match(Key address) const noexcept;

  /// How many distinct prefixes.
  [[nodiscard]] std::size_t size() const noexcept { return size_; }

  /// Bytes of heap memory held.
  [[nodiscard]] std::size_t memory() const noexcept;

private:
  static_assert(Width >= 1 && Width <= sizeof(Key) * 8 && Width <= 128);

  using number = std::conditional_t<(Width < 64), std::uint64_t, Key>;
  using stored_key =
      std::conditional_t<sizeof(Key) == 16, std::array<std::uint64_t, 2>, Key>;

  /// A value and a prefix length, in 24 and 8 bits.
  class label {
  public:
    label() = default;
    label(std::uint32_t value, unsigned length) noexcept
        : packed_{value << 8U | length} {}

    [[nodiscard]] std::uint32_t value() const noexcept { return packed_ >> 8U; }
    [[nodiscard]] unsigned length() const noexcept { return packed_ & 0xffU; }
    [[nodiscard]] bool listed() const noexcept { return value() != no_value; }

  private:
    std::uint32_t packed_ = no_value << 8U;
  };

  struct node {
    stored_key key{};           ///< only the first `tag.length()` bits count
    std::uint32_t children = 0; ///< slot of the pair; 0 for a leaf
    label tag;                  ///< without a value where none was inserted
  };
  static_assert(sizeof(node) <= (sizeof(Key) == 16 ? 24 : 16));

  /// Where a lookup starts, and what it has found by then.
  struct start {
    std::uint32_t slot = 0;
    label best;
  };

  static constexpr unsigned most_start_bits = sizeof(Key) > 4
                                                  ? 0
                                                  : std::min(18U, Width);

  [[nodiscard]] static stored_key stored(number key) noexcept;
  [[nodiscard]] static number loaded(const stored_key& key) noexcept;

  /// The first `length` bits of `key` as a number.
  [[nodiscard]] static number first_bits(number key, unsigned length) noexcept {
    return length == 0 ? number{0} : key >> (Width - length);
  }
  /// The bit that follows the first `length` ones, 0 or 1.
  [[nodiscard]] static std::uint32_t bit_after(number key,
                                               unsigned length) noexcept {
    return static_cast<std::uint32_t>(key >> (Width - 1 - length)) & 1U;
  }
  [[nodiscard]] static unsigned common_length(number a, number b) noexcept;

  [[nodiscard]] static bool covers(const node& n, number address) noexcept {
    return first_bits(address ^ loaded(n.key), n.tag.length()) == 0;
  }

  static void sort_and_check(std::vector<tree_entry<Key>>& entries);
  void build(std::uint32_t slot, std::span<const tree_entry<Key>> entries);
  void build_starts();
  [[nodiscard]] start start_for(number address) const noexcept;

  std::vector<node> nodes_; ///< the root first
  std::vector<start> starts_;
  unsigned start_bits_ = 0;
  std::size_t size_ = 0;
};

template <class Key, unsigned Width>
patricia_tree<Key, Width>::patricia_tree(std::vector<tree_entry<Key>> entries) {
  sort_and_check(entries);
  size_ = entries.size();
  if (entries.empty())
    return;
  nodes_.reserve(2 * size_ - 1);
  nodes_.resize(1);
  build(0, entries);
  nodes_.shrink_to_fit();
  build_starts();
}

template <class Key, unsigned Width>
auto patricia_tree<Key, Width>::longest_match(Key address) const noexcept
    -> std::optional<match> {
  if (nodes_.empty())
    return std::nullopt;
  auto [slot, best] =
      starts_.empty()
          ? start{}
          : starts_[static_cast<std::size_t>(first_bits(address, start_bits_))];
  for (;;) {
    const node& n = nodes_[slot];
    if (!covers(n, address))
      break;
    if (n.tag.listed())
      best = n.tag;
    if (n.children == 0)
      break;
    slot = n.children + bit_after(address, n.tag.length());
  }
  if (!best.listed())
    return std::nullopt;
  return match{static_cast<std::uint8_t>(best.length()), best.value()};
}

template <class Key, unsigned Width>
std::size_t patricia_tree<Key, Width>::memory() const noexcept {
  return nodes_.capacity() * sizeof(node) + starts_.capacity() * sizeof(start);
}

template <class Key, unsigned Width>
auto patricia_tree<Key, Width>::stored(number key) noexcept -> stored_key {
  if constexpr (sizeof(Key) == 16)
    return {static_cast<std::uint64_t>(key >> 64U),
            static_cast<std::uint64_t>(key)};
  else
    return static_cast<Key>(key);
}

template <class Key, unsigned Width>
auto patricia_tree<Key, Width>::loaded(const stored_key& key) noexcept
    -> number {
  if constexpr (sizeof(Key) == 16)
    return static_cast<number>(key[0]) << 64U | key[1];
  else
    return key;
}

template <class Key, unsigned Width>
unsigned patricia_tree<Key, Width>::common_length(number a, number b) noexcept {
  number difference = a ^ b;
  unsigned bits = 0;
  if constexpr (sizeof(number) == 16) {
    const auto high = static_cast<std::uint64_t>(difference >> 64U);
    bits = high != 0 ? 64 : 0;
    difference = high != 0 ? high : difference;
  }
  bits += static_cast<unsigned>(
      std::bit_width(static_cast<std::uint64_t>(difference)));
  return Width - bits;
}

template <class Key, unsigned Width>
void patricia_tree<Key, Width>::sort_and_check(
    std::vector<tree_entry<Key>>& entries) {
  EXPECTS(entries.size() < std::size_t{1} << 31U);
  for (const auto& e : entries) {
    EXPECTS(e.length <= Width && e.value < no_value);
    const number first = e.first;
    EXPECTS(e.length == 0
                ? first == 0
                : first_bits(first, e.length) << (Width - e.length) == first);
  }
  // Stable, so that the first of several equal prefixes stays the first.
  std::stable_sort(
      entries.begin(), entries.end(), [](const auto& a, const auto& b) {
        return a.first != b.first ? a.first < b.first : a.length < b.length;
      });
  entries.erase(std::unique(entries.begin(), entries.end(),
                            [](const auto& a, const auto& b) {
                              return a.first == b.first && a.length == b.length;
                            }),
                entries.end());
}

/// Builds the subtree of `entries`, which are sorted, in the given slot.  Calls
/// itself for longer prefixes only, so at most Width deep.
template <class Key, unsigned Width>
void patricia_tree<Key, Width>::build(
    std::uint32_t slot, std::span<const tree_entry<Key>> entries) {
  // A covering prefix sorts before all it covers: only the first entry can be
  // the prefix that all have in common.
  const tree_entry<Key> lowest = entries.front();
  const unsigned length = std::min<unsigned>(
      lowest.length, common_length(lowest.first, entries.back().first));
  const bool listed = lowest.length == length;
  nodes_[slot].key = stored(lowest.first);
  nodes_[slot].tag = label{listed ? lowest.value : no_value, length};
  if (listed)
    entries = entries.subspan(1);
  if (entries.empty())
    return;

  const auto children = static_cast<std::uint32_t>(nodes_.size());
  nodes_[slot].children = children;
  nodes_.resize(nodes_.size() + 2);
  const auto ones = std::partition_point(
      entries.begin(), entries.end(),
      [length](const auto& e) { return bit_after(e.first, length) == 0; });
  // A half without entries keeps its fresh node, with which any walk ends.
  if (ones != entries.begin())
    build(children, {entries.begin(), ones});
  if (ones != entries.end())
    build(children + 1, {ones, entries.end()});
}

template <class Key, unsigned Width>
void patricia_tree<Key, Width>::build_starts() {
  start_bits_ = std::min(most_start_bits,
                         static_cast<unsigned>(std::bit_width(size_ / 4)));
  if (start_bits_ == 0)
    return;
  starts_.resize(std::size_t{1} << start_bits_);
  for (std::size_t i = 0; i < starts_.size(); ++i)
    starts_[i] = start_for(static_cast<number>(i) << (Width - start_bits_));
}

/// The walk that all addresses with the first `start_bits_` bits of `address`
/// have in common.
template <class Key, unsigned Width>
auto patricia_tree<Key, Width>::start_for(number address) const noexcept
    -> start {
  start s;
  for (;;) {
    const node& n = nodes_[s.slot];
    if (n.tag.length() >= start_bits_ || n.children == 0 || !covers(n, address))
      return s;
    if (n.tag.listed())
      s.best = n.tag;
    s.slot = n.children + bit_after(address, n.tag.length());
  }
}

} // namespace spfblock::net
