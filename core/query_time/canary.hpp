// An address that can be nobody's client.
#pragma once

#include "core/net/address_set.hpp"

#include <cstdint>
#include <optional>

namespace spfblock::query_time {

/// One of `among`, of that family, that no mail can come from: an address for
/// documentation (RFC 5737, RFC 3849), or else of another special-purpose
/// block. A domain that authorises it authorises everybody.
/// @param random which
/// @return nothing if none of them is among those
[[nodiscard]] std::optional<net::ip_address>
nobody_of(const net::address_set& among, net::family family,
          std::uint32_t random);

} // namespace spfblock::query_time
