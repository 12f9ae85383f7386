// The first bits of an address of either family, as numbers.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <type_traits>

namespace spfblock::net {

/// Functions on keys of `Width` bits that lie in an unsigned integer.
///
/// Pure; no function checks its preconditions.
template <class Key, unsigned Width = sizeof(Key) * 8>
struct leading_bits {
  static_assert(Width >= 1 && Width <= sizeof(Key) * 8 && Width <= 128);

  /// Wider than short keys, so that all of their bits can be shifted out.
  using number = std::conditional_t<(Width < 64), std::uint64_t, Key>;

  /// The first `length` bits of `key` as a number.  @pre length <= Width
  [[nodiscard]] static number first(number key, unsigned length) noexcept {
    return length == 0 ? number{0} : key >> (Width - length);
  }

  /// `key` with all but the first `length` bits cleared.  @pre length <= Width
  [[nodiscard]] static number only_first(number key, unsigned length) noexcept {
    return length == 0 ? number{0} : first(key, length) << (Width - length);
  }

  /// The `count` bits that follow the first `length` ones, as a number.
  /// @pre length + count <= Width, count < 64
  [[nodiscard]] static std::size_t after(number key, unsigned length,
                                         unsigned count) noexcept {
    const auto last = static_cast<std::uint64_t>(first(key, length + count));
    return static_cast<std::size_t>(last & ((std::uint64_t{1} << count) - 1));
  }

  /// Whether the first `length` bits are equal.  @pre length <= Width
  [[nodiscard]] static bool equal(number a, number b,
                                  unsigned length) noexcept {
    return first(a ^ b, length) == 0;
  }

  /// How many first bits are equal.
  [[nodiscard]] static unsigned common(number a, number b) noexcept {
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
};

} // namespace spfblock::net
