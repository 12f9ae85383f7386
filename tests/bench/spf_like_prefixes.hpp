// Prefixes and addresses that look like those of many SPF records.
#pragma once

#include "core/net/ip_address.hpp"
#include "core/net/patricia_tree.hpp"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace spfblock::bench {

/// How the addresses that are looked up hit the prefixes.
enum class traffic {
  hits,   ///< each lies in a prefix
  misses, ///< none does
  half,   ///< every second one does
};

/// `count` distinct prefixes in random order, valued 0, 1, 2 and so on; the
/// same for the same seed on every machine.
///
/// A provider's prefixes lie together, about 256 in an IPv4 /16 or an IPv6 /32,
/// and seldom overlap; prefixes below /20 and /40 lie anywhere.  Lengths: IPv4
/// /32 45 %, /24 25 %, the others from /16 on evenly; IPv6 /64 35 %, /128 25 %,
/// /48 22 %, the others /32, /36, /40, /44, /56.
///
/// `Key` is std::uint32_t or net::uint128.
/// @pre count <= 2,000,000
template <class Key>
[[nodiscard]] std::vector<net::tree_entry<Key>>
spf_like_prefixes(std::size_t count, std::uint64_t seed);

/// `count` addresses.  Those that miss are drawn as the providers' networks
/// are: from all of unicast IPv4, or from the providers' own IPv6 networks.
/// @pre `prefixes` are some of spf_like_prefixes()
template <class Key>
[[nodiscard]] std::vector<Key>
addresses_for(const std::vector<net::tree_entry<Key>>& prefixes, traffic wanted,
              std::size_t count, std::uint64_t seed);

} // namespace spfblock::bench
