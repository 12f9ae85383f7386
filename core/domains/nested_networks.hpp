// How networks lie in each other: each is within another one or beside it.
#pragma once

#include "core/net/address_set.hpp"
#include "core/net/ip_address.hpp"
#include "core/net/ip_prefix.hpp"

#include <vector>

namespace spfblock::domains {

/// Which of the networks those that lie within it cover wholly.
/// @param networks of one family, each once, in any order.  O(n log n).
[[nodiscard]] std::vector<bool>
filled_by_others(const std::vector<net::ip_prefix>& networks);

/// What of a set each network keeps when those before it are gone and all
/// behind it are: those with which the sums of any number of the last ones are
/// what these cover of the set together.
///
/// Counted are IPv4 addresses, or the IPv6 networks of 64 bits that the set and
/// the networks have in common with some address.
///
/// O((n + m) log (n + m)), m ranges in the set.
/// @param networks of one family, each once; what covers another one stands
///        before it
[[nodiscard]] std::vector<net::uint128>
last_counts(const net::address_set& set,
            const std::vector<net::ip_prefix>& networks);

} // namespace spfblock::domains
