// A yardstick: the Patricia tree of the textbooks.
#pragma once

#include "core/net/patricia_tree.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

namespace spfblock::bench {

/// A Patricia tree in the style of MRT's patricia.c, from which libpatricia,
/// py-radix and Net::Patricia come, with the fields it has there: a node on the
/// heap for each prefix and for each branch, with pointers to its children, its
/// parent, its user's data and its prefix, which is an object of its own, with
/// room for both families.  A lookup goes down by single bits to the end, keeps
/// the prefixes it passes, and compares them from the last one up.
///
/// `Key` is an unsigned integer.  Thread safety: immutable after construction.
template <class Key>
class pointer_patricia {
public:
  using key_type = Key;

  /// @pre as net::patricia_tree
  explicit pointer_patricia(const std::vector<net::tree_entry<Key>>& entries) {
    for (const auto& each : entries)
      insert(each);
  }
  ~pointer_patricia();
  pointer_patricia(const pointer_patricia&) = delete;
  pointer_patricia& operator=(const pointer_patricia&) = delete;

  /// The value of the most specific prefix, or patricia_tree::no_value.
  [[nodiscard]] std::uint32_t find(Key address) const noexcept;

  /// Bytes of heap memory, with the 8 an object that are the allocator's.
  [[nodiscard]] std::size_t memory() const noexcept {
    return nodes_ * (sizeof(node) + 8) + prefixes_ * (sizeof(prefix) + 8);
  }

private:
  static constexpr unsigned width = sizeof(Key) * 8;

  using octets = std::array<unsigned char, 16>; ///< in network order

  struct prefix {
    std::uint16_t family;
    std::uint16_t length;
    std::int32_t references;
    octets address;
  };
  struct node {
    unsigned bit; ///< the length of its prefix, and the bit it branches by
    std::unique_ptr<prefix> held;
    node* child[2]{};
    node* parent = nullptr;
    std::uintptr_t data = 0; ///< the value
    void* user = nullptr;
  };

  [[nodiscard]] static octets octets_of(Key address) noexcept;
  [[nodiscard]] static bool bit_of(const octets& address,
                                   unsigned bit) noexcept {
    return bit < width && (address[bit / 8] & 0x80U >> bit % 8) != 0;
  }
  [[nodiscard]] static bool equal(const octets& a, const octets& b,
                                  unsigned length) noexcept;
  [[nodiscard]] static unsigned common(const octets& a, const octets& b,
                                       unsigned most) noexcept;

  node* make_node(unsigned bit, const net::tree_entry<Key>* of);
  void hold(node& at, const net::tree_entry<Key>& entry);
  void insert(const net::tree_entry<Key>& entry);
  void put_in_place_of(node* old, node* by) noexcept;
  void insert_at(node* below, unsigned differs,
                 const net::tree_entry<Key>& entry);

  node* root_ = nullptr;
  std::size_t nodes_ = 0;
  std::size_t prefixes_ = 0;
};

} // namespace spfblock::bench
