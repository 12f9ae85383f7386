// The Patricia trees of both families behind one interface.
#pragma once

#include "core/net/ip_prefix.hpp"
#include "core/net/patricia_tree.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace spfblock::net {

/// Longest-prefix match over IPv4 and IPv6 prefixes.
///
/// Thread safety: immutable after construction; any number of readers.
class prefix_table {
public:
  struct entry {
    ip_prefix prefix;
    std::uint32_t value = 0; ///< below 2^24 - 1
  };

  struct match {
    ip_prefix prefix; ///< the most specific one over the address
    std::uint32_t value = 0;

    friend bool operator==(const match&, const match&) = default;
  };

  prefix_table() = default;

  /// Where a prefix is given more than once, the first entry's value stands.
  /// O(n log n).
  /// @pre values below 2^24 - 1, at most 50 million of a family
  explicit prefix_table(const std::vector<entry>& entries);

  [[nodiscard]] std::optional<match>
  longest_match(const ip_address& address) const noexcept;

  /// Every prefix with its value in the order of ip_prefix.
  [[nodiscard]] std::vector<entry> entries() const;

  /// How many distinct IPv4 and IPv6 prefixes.
  [[nodiscard]] std::size_t ipv4_size() const noexcept { return ipv4_.size(); }
  [[nodiscard]] std::size_t ipv6_size() const noexcept { return ipv6_.size(); }

private:
  patricia_tree<std::uint32_t> ipv4_;
  patricia_tree<uint128> ipv6_;
};

} // namespace spfblock::net
