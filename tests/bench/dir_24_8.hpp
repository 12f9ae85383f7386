// A yardstick: longest-prefix match by two reads at most.
#pragma once

#include "core/net/patricia_tree.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace spfblock::bench {

/// DIR-24-8 (Gupta, Lin, McKeown: Routing Lookups in Hardware at Memory Access
/// Speeds, 1998), for IPv4: an array by the first 24 bits, and where there are
/// longer prefixes a further one by the last 8.  Entries of 32 bits.  Asks the
/// kernel for huge pages.
///
/// Thread safety: immutable after construction.
class dir_24_8 {
public:
  using key_type = std::uint32_t;

  /// @pre as net::patricia_tree
  explicit dir_24_8(std::vector<net::tree_entry<std::uint32_t>> entries);
  ~dir_24_8();
  dir_24_8(const dir_24_8&) = delete;
  dir_24_8& operator=(const dir_24_8&) = delete;

  /// The value of the most specific prefix, or patricia_tree::no_value.
  [[nodiscard]] std::uint32_t find(std::uint32_t address) const noexcept {
    std::uint32_t entry = first_[address >> 8U];
    if ((entry & further) != 0)
      entry = second_[(entry & ~further) << 8U | (address & 0xffU)];
    return entry;
  }

  /// Bytes held.
  [[nodiscard]] std::size_t memory() const noexcept;

private:
  static constexpr std::uint32_t further = 0x80000000U;
  static constexpr std::size_t first_size = std::size_t{1} << 24U;

  [[nodiscard]] std::uint32_t* second_level(std::uint32_t& entry) noexcept;

  // On pages of their own: only what is written takes memory.
  std::span<std::uint32_t> first_;
  std::span<std::uint32_t> second_; ///< groups of 256
  std::uint32_t groups_ = 0;
};

} // namespace spfblock::bench
