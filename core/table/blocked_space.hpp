// Where a table blocks: whether it does anywhere in a network.
#pragma once

#include "core/net/ip_prefix.hpp"
#include "core/net/range_set.hpp"

#include <cstdint>
#include <vector>

namespace spfblock::table {

/// The addresses that are answered with an action that blocks, as ranges: 8
/// octets a range of IPv4 addresses, 32 of IPv6.
///
/// Regular value type.  Thread safety: immutable.
class blocked_space {
public:
  /// A network and what its addresses are answered.
  struct area {
    net::ip_prefix network;
    bool blocks = false;
  };

  /// Nothing is blocked.
  blocked_space() = default;

  /// Linear in the networks.
  /// @param areas distinct, in the order of ip_prefix; of those that hold an
  ///        address the most specific one counts
  explicit blocked_space(const std::vector<area>& areas);

  /// Whether an address of the network is blocked.  O(log n).
  [[nodiscard]] bool meets(const net::ip_prefix& network) const noexcept;

  friend bool operator==(const blocked_space&, const blocked_space&) = default;

private:
  net::range_set<std::uint32_t> ipv4_;
  net::range_set<net::uint128> ipv6_;
};

} // namespace spfblock::table
