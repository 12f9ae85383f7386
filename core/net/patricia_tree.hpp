// The lookup structure: a path-compressed binary trie (Patricia tree) over the
// prefixes of one address family, built once, never changed.
#pragma once

#include "core/net/leading_bits.hpp"
#include "core/support/contract.hpp"
#include "core/support/huge_page_allocator.hpp"

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
/// prefix of its subtrees.  It has 2^k children, found by the k bits that
/// follow its prefix: as many as can be had without holding more nodes than a
/// binary tree would (level compression: Nilsson, Karlsson, IP-Address Lookup
/// Using LC-Tries, 1999).  So a lookup takes few steps in either family.  A
/// prefix that ends within those k bits stands in all children it covers.
///
/// All nodes lie in one array, the children of a node side by side, so that a
/// node needs one child index: 12 bytes for IPv4 and 24 for IPv6 (16-byte keys
/// are kept as two words); at most two nodes a prefix, and under keys of up to
/// four bytes a third of a node more, spent on the children of the root.
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
  ///      at most 50 million entries
  explicit patricia_tree(std::vector<tree_entry<Key>> entries);

  /// The most specific prefix that contains `address`.  Never allocates.
  /// @pre address < 2^Width
  [[nodiscard]] std::optional<match> longest_match(Key address) const noexcept;

  /// Every prefix with its value, ascending; of two with the same first address
  /// the shorter one, which covers the other, comes first.
  [[nodiscard]] std::vector<tree_entry<Key>> entries() const;

  /// How many distinct prefixes.
  [[nodiscard]] std::size_t size() const noexcept { return size_; }

  /// Bytes of heap memory held.
  [[nodiscard]] std::size_t memory() const noexcept;

private:
  using bits_of = leading_bits<Key, Width>;
  using number = typename bits_of::number;
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

  /// Where the children of a node are: slot and count, in 27 and 5 bits.
  class child_array {
  public:
    child_array() = default;
    child_array(std::size_t slot, unsigned bits) noexcept
        : packed_{static_cast<std::uint32_t>(slot << 5U | bits)} {}

    [[nodiscard]] bool empty() const noexcept { return packed_ == 0; }
    [[nodiscard]] std::size_t slot() const noexcept { return packed_ >> 5U; }
    /// There are 2^bits() children.
    [[nodiscard]] unsigned bits() const noexcept { return packed_ & 0x1fU; }

  private:
    std::uint32_t packed_ = 0;
  };

  struct node {
    stored_key key{};     ///< only the first `tag.length()` bits count
    child_array children; ///< never at slot 0, which is the root's
    label tag;            ///< without a value where none was inserted
  };
  static_assert(sizeof(node) <= (sizeof(Key) == 16 ? 24 : 16));

  using entry_span = std::span<const tree_entry<Key>>;

  static constexpr std::size_t most_entries = 50'000'000;

  [[nodiscard]] static stored_key stored(number key) noexcept;
  [[nodiscard]] static number loaded(const stored_key& key) noexcept;

  [[nodiscard]] static bool covers(const node& n, number address) noexcept {
    return bits_of::equal(address, loaded(n.key), n.tag.length());
  }

  static void sort_and_check(std::vector<tree_entry<Key>>& entries);
  [[nodiscard]] static bool worth(entry_span entries, unsigned length,
                                  unsigned bits, std::size_t more) noexcept;
  [[nodiscard]] static unsigned most_bits(entry_span entries, unsigned length,
                                          std::size_t more) noexcept;
  void build(std::size_t slot, entry_span entries, std::size_t more);
  void build_children(child_array children, unsigned length,
                      entry_span entries);
  [[nodiscard]] std::size_t free_slot(std::size_t slot);
  [[nodiscard]] std::size_t grow(std::size_t count);
  void collect(const node& n, number first, unsigned depth,
               std::vector<tree_entry<Key>>& into) const;

  std::vector<node, huge_page_allocator<node>> nodes_; ///< the root first
  std::size_t size_ = 0;
};

template <class Key, unsigned Width>
patricia_tree<Key, Width>::patricia_tree(std::vector<tree_entry<Key>> entries) {
  sort_and_check(entries);
  size_ = entries.size();
  if (entries.empty())
    return;
  const std::size_t more = sizeof(Key) <= 4 ? size_ / 3 : 0;
  nodes_.reserve(2 * size_ - 1 + more);
  build(grow(1), entries, more);
  nodes_.shrink_to_fit();
}

template <class Key, unsigned Width>
auto patricia_tree<Key, Width>::longest_match(Key address) const noexcept
    -> std::optional<match> {
  if (nodes_.empty())
    return std::nullopt;
  label best;
  const node* n = nodes_.data();
  while (covers(*n, address)) {
    if (n->tag.listed())
      best = n->tag;
    if (n->children.empty())
      break;
    n = &nodes_[n->children.slot() +
                bits_of::after(address, n->tag.length(), n->children.bits())];
  }
  if (!best.listed())
    return std::nullopt;
  return match{static_cast<std::uint8_t>(best.length()), best.value()};
}

template <class Key, unsigned Width>
auto patricia_tree<Key, Width>::entries() const
    -> std::vector<tree_entry<Key>> {
  std::vector<tree_entry<Key>> all;
  all.reserve(size_);
  if (!nodes_.empty())
    collect(nodes_.front(), 0, 0, all);
  return all;
}

/// Appends the prefixes of a subtree that stands for the addresses from `first`
/// on which share `depth` bits with it.
template <class Key, unsigned Width>
void patricia_tree<Key, Width>::collect(
    const node& n, number first, unsigned depth,
    std::vector<tree_entry<Key>>& into) const {
  const unsigned length = n.tag.length();
  const number key = loaded(n.key);
  const bool inner = length < depth; // stands in other children, too
  if (n.tag.listed() && (!inner || key == first))
    into.push_back({static_cast<Key>(key), static_cast<std::uint8_t>(length),
                    n.tag.value()});
  if (n.children.empty())
    return;
  if (!inner) {
    first = bits_of::only_first(key, length);
    depth = length + n.children.bits();
  }
  for (std::size_t i = 0; i < std::size_t{1} << n.children.bits(); ++i)
    collect(nodes_[n.children.slot() + i],
            first | (i == 0 ? number{0}
                            : static_cast<number>(i) << (Width - depth)),
            depth, into);
}

template <class Key, unsigned Width>
std::size_t patricia_tree<Key, Width>::memory() const noexcept {
  return nodes_.capacity() * sizeof(node);
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
void patricia_tree<Key, Width>::sort_and_check(
    std::vector<tree_entry<Key>>& entries) {
  EXPECTS(entries.size() <= most_entries);
  for (const auto& e : entries) {
    EXPECTS(e.length <= Width && e.value < no_value);
    const number first = e.first;
    EXPECTS(bits_of::only_first(first, e.length) == first);
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

/// Whether 2^bits children of a node of that length hold no more nodes than a
/// binary tree of the same entries, and `more`.
/// @param entries what is below the node, sorted
template <class Key, unsigned Width>
bool patricia_tree<Key, Width>::worth(entry_span entries, unsigned length,
                                      unsigned bits,
                                      std::size_t more) noexcept {
  const unsigned depth = length + bits;
  std::size_t items = 0; // inner prefixes, which end within the bits; subtrees
  std::size_t nodes = std::size_t{1} << bits;
  const tree_entry<Key>* around = nullptr;  // the last of the widest inner ones
  const tree_entry<Key>* subtree = nullptr; // the first entry of the last one
  for (const auto& e : entries) {
    const bool inner = e.length < depth;
    if (!inner && subtree != nullptr &&
        bits_of::equal(subtree->first, e.first, depth))
      continue;
    ++items;
    const bool covered = around != nullptr &&
                         bits_of::equal(around->first, e.first, around->length);
    if (covered) // stands behind that one, in each child
      nodes += std::size_t{1} << (inner ? depth - e.length : 0);
    else if (inner)
      around = &e;
    if (!inner)
      subtree = &e;
  }
  return nodes <= 2 * items - 2 + more;
}

/// How many bits a node of that length branches by: none if all entries go the
/// same way.
template <class Key, unsigned Width>
unsigned patricia_tree<Key, Width>::most_bits(entry_span entries,
                                              unsigned length,
                                              std::size_t more) noexcept {
  if (bits_of::equal(entries.front().first, entries.back().first, length + 1))
    return 0;
  const unsigned most = std::min(
      {Width - length, 24U,
       static_cast<unsigned>(std::bit_width(2 * entries.size() - 2 + more))});
  unsigned bits = std::max(1U, static_cast<unsigned>(std::bit_width(more / 2)));
  if (bits > most || !worth(entries, length, bits, more))
    bits = 1;
  while (bits < most && worth(entries, length, bits + 1, more))
    ++bits;
  return bits;
}

/// Builds the subtree of `entries`, which are sorted, in the given slot; it may
/// hold as many nodes as a binary tree would and `more`.  Calls itself for
/// longer prefixes only, so at most Width deep.
template <class Key, unsigned Width>
void patricia_tree<Key, Width>::build(std::size_t slot, entry_span entries,
                                      std::size_t more) {
  // A covering prefix sorts before all it covers: only the first entry can be
  // the prefix that all have in common.
  const tree_entry<Key> lowest = entries.front();
  const unsigned length = std::min<unsigned>(
      lowest.length, bits_of::common(lowest.first, entries.back().first));
  const bool listed = lowest.length == length;
  nodes_[slot].key = stored(lowest.first);
  nodes_[slot].tag = label{listed ? lowest.value : no_value, length};
  if (listed)
    entries = entries.subspan(1);
  if (entries.empty())
    return;
  const unsigned bits = most_bits(entries, length, more);
  const child_array children{grow(std::size_t{1} << bits), bits};
  nodes_[slot].children = children;
  build_children(children, length, entries);
}

/// Puts `entries` under 2^bits children that begin at `children`; `length` is
/// that of their parent.
template <class Key, unsigned Width>
void patricia_tree<Key, Width>::build_children(child_array children,
                                               unsigned length,
                                               entry_span entries) {
  const unsigned depth = length + children.bits();
  while (!entries.empty()) {
    const tree_entry<Key> e = entries.front();
    const std::size_t slot =
        children.slot() + bits_of::after(e.first, length, children.bits());
    if (e.length < depth) {
      const node inner{stored(e.first), {}, label{e.value, e.length}};
      for (std::size_t i = 0; i < std::size_t{1} << (depth - e.length); ++i)
        nodes_[free_slot(slot + i)] = inner;
      entries = entries.subspan(1);
      continue;
    }
    const auto end =
        std::find_if(entries.begin(), entries.end(), [&](const auto& other) {
          return !bits_of::equal(e.first, other.first, depth);
        });
    build(free_slot(slot), {entries.begin(), end}, 0);
    entries = {end, entries.end()};
  }
}

/// That slot, or a new one behind the prefixes that stand in it.
template <class Key, unsigned Width>
std::size_t patricia_tree<Key, Width>::free_slot(std::size_t slot) {
  while (nodes_[slot].tag.listed()) {
    if (nodes_[slot].children.empty()) {
      const std::size_t only = grow(1);
      nodes_[slot].children = child_array{only, 0};
    }
    slot = nodes_[slot].children.slot();
  }
  return slot;
}

/// The slot of `count` fresh nodes, with each of which any walk ends.
template <class Key, unsigned Width>
std::size_t patricia_tree<Key, Width>::grow(std::size_t count) {
  const std::size_t slot = nodes_.size();
  nodes_.resize(slot + count);
  return slot;
}

} // namespace spfblock::net
