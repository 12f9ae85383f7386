#include "tests/bench/pointer_patricia.hpp"

#include "core/net/ip_address.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <sys/socket.h>
#include <utility>

namespace spfblock::bench {

template <class Key>
pointer_patricia<Key>::~pointer_patricia() {
  // By the parents' pointers: no recursion, no memory.
  node* at = root_;
  while (at != nullptr) {
    if (at->child[0] != nullptr) {
      at = std::exchange(at->child[0], nullptr);
    } else if (at->child[1] != nullptr) {
      at = std::exchange(at->child[1], nullptr);
    } else {
      const std::unique_ptr<node> done{at};
      at = at->parent;
    }
  }
}

template <class Key>
std::uint32_t pointer_patricia<Key>::find(Key address) const noexcept {
  const octets sought = octets_of(address);
  std::array<const node*, width + 1> passed; // not filled in advance
  std::size_t count = 0;
  for (const node* at = root_; at != nullptr;
       at = at->child[bit_of(sought, at->bit) ? 1 : 0]) {
    if (at->held)
      passed[count++] = at;
    if (at->bit == width)
      break;
  }
  while (count > 0) {
    const node& last = *passed[--count];
    if (equal(last.held->address, sought, last.held->length))
      return static_cast<std::uint32_t>(last.data);
  }
  return net::patricia_tree<Key>::no_value;
}

template <class Key>
auto pointer_patricia<Key>::octets_of(Key address) noexcept -> octets {
  octets made{};
  for (unsigned i = 0; i < sizeof(Key); ++i)
    made[i] = static_cast<unsigned char>(address >> (width - 8 - 8 * i));
  return made;
}

/// Whether the first `length` bits are equal.
template <class Key>
bool pointer_patricia<Key>::equal(const octets& a, const octets& b,
                                  unsigned length) noexcept {
  const unsigned whole = length / 8;
  if (std::memcmp(a.data(), b.data(), whole) != 0)
    return false;
  return length % 8 == 0 || ((a[whole] ^ b[whole]) >> (8 - length % 8)) == 0;
}

/// How many first bits are equal, at most `most`.
template <class Key>
unsigned pointer_patricia<Key>::common(const octets& a, const octets& b,
                                       unsigned most) noexcept {
  unsigned count = 0;
  while (count < most && bit_of(a, count) == bit_of(b, count))
    ++count;
  return count;
}

template <class Key>
auto pointer_patricia<Key>::make_node(unsigned bit,
                                      const net::tree_entry<Key>* of) -> node* {
  auto made = std::make_unique<node>();
  made->bit = bit;
  ++nodes_;
  if (of != nullptr) {
    hold(*made, *of);
  }
  return made.release();
}

template <class Key>
void pointer_patricia<Key>::hold(node& at, const net::tree_entry<Key>& entry) {
  const auto family =
      static_cast<std::uint16_t>(sizeof(Key) == 4 ? AF_INET : AF_INET6);
  at.held = std::make_unique<prefix>(
      prefix{family, entry.length, 1, octets_of(entry.first)});
  at.data = entry.value;
  ++prefixes_;
}

template <class Key>
void pointer_patricia<Key>::insert(const net::tree_entry<Key>& entry) {
  if (root_ == nullptr) {
    root_ = make_node(entry.length, &entry);
    return;
  }
  const octets address = octets_of(entry.first);
  // Down to any prefix that the new one may share bits with.
  node* at = root_;
  while (at->bit < entry.length || !at->held) {
    node* next = at->child[bit_of(address, at->bit) ? 1 : 0];
    if (next == nullptr)
      break;
    at = next;
  }
  // A branch has both children, so this node holds a prefix.
  const unsigned differs =
      common(address, at->held->address,
             std::min<unsigned>(entry.length, at->held->length));
  while (at->parent != nullptr && at->parent->bit >= differs)
    at = at->parent;
  insert_at(at, differs, entry);
}

template <class Key>
void pointer_patricia<Key>::put_in_place_of(node* old, node* by) noexcept {
  by->parent = old->parent;
  if (old->parent == nullptr)
    root_ = by;
  else
    old->parent->child[old->parent->child[1] == old ? 1 : 0] = by;
}

/// Puts the entry, which shares `differs` bits with what is under `below`, at,
/// under, above or beside it.
template <class Key>
void pointer_patricia<Key>::insert_at(node* below, unsigned differs,
                                      const net::tree_entry<Key>& entry) {
  if (differs == entry.length && below->bit == entry.length) {
    if (!below->held)
      hold(*below, entry);
    return;
  }
  const octets address = octets_of(entry.first);
  node* made = make_node(entry.length, &entry);
  if (below->bit == differs) {
    made->parent = below;
    below->child[bit_of(address, below->bit) ? 1 : 0] = made;
    return;
  }
  // Any prefix below tells which way it goes from here.
  const node* any = below;
  while (!any->held)
    any = any->child[0];
  const octets& there = any->held->address;
  if (differs == entry.length) {
    put_in_place_of(below, made);
    made->child[bit_of(there, entry.length) ? 1 : 0] = below;
    below->parent = made;
    return;
  }
  node* branch = make_node(differs, nullptr);
  put_in_place_of(below, branch);
  branch->child[bit_of(address, differs) ? 1 : 0] = made;
  branch->child[bit_of(there, differs) ? 1 : 0] = below;
  made->parent = branch;
  below->parent = branch;
}

template class pointer_patricia<std::uint32_t>;
template class pointer_patricia<net::uint128>;

} // namespace spfblock::bench
