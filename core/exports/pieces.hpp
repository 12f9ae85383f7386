// Networks split where a format can only hold some prefix lengths: octets,
// groups of an IPv6 address, digits of a reversed name.
#pragma once

#include "core/exports/exported_table.hpp"
#include "core/net/ip_address.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

namespace spfblock::exports {

/// A part of a network whose length is a multiple of the format's bits.
struct piece {
  net::uint128 first = 0;    ///< lowest address; host bits zero
  unsigned length = 0;       ///< over 0
  std::uint32_t network = 0; ///< index in the table
};

/// How to split.
struct piece_rules {
  unsigned ipv4_bits = 8;
  unsigned ipv6_bits = 16;
  /// Where there would be more, the networks of most pieces are left out.
  std::size_t most = 4'000'000;
  /// Whether what answers for the outer network may answer for the inner one,
  /// should that be left out.  Where it may not, the outer one is left out too.
  std::function<bool(const exported_network& inner,
                     const exported_network& outer)>
      replaceable;
};

/// A table in pieces.  For each address of a network that was not left out, the
/// longest piece over it belongs to the network that answers.
struct pieces {
  /// Distinct, by first address, then by length: a piece stands before the
  /// smaller ones within it.
  std::vector<piece> ipv4;
  std::vector<piece> ipv6;
  std::size_t left_out = 0; ///< networks that lead to too many pieces
};

/// The IPv4 networks that make 2^`doublings` pieces at most, in order, but for
/// those around one that is left out and is not replaceable.
/// @return their indices in the table
[[nodiscard]] std::vector<std::uint32_t>
ipv4_networks_up_to(unsigned doublings, const exported_table& table,
                    const piece_rules& rules);

[[nodiscard]] pieces split(const exported_table& table,
                           const piece_rules& rules);

} // namespace spfblock::exports
