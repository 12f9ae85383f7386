// Address blocks where no mail client of the Internet sits.
#pragma once

#include "core/net/ip_prefix.hpp"

#include <string_view>
#include <vector>

namespace spfblock::net {

struct special_purpose_block {
  ip_prefix prefix;
  std::string_view name; ///< as the registry words it; lives for ever
};

/// Every entry of the IANA IPv4 and IPv6 Special-Purpose Address Registries
/// (RFC 6890, RFC 8190; https://www.iana.org/assignments/
/// iana-ipv4-special-registry and iana-ipv6-special-registry, both as of
/// 2025-10-09), those that are globally reachable too, and multicast
/// (RFC 5771, RFC 4291 §2.7), which has registries of its own.
///
/// Ascending, none twice; some lie within others.  The IPv4-mapped addresses,
/// ::ffff:0:0/96, are left out: they are IPv4 addresses here (see ip_address),
/// and as a block they would be 0.0.0.0/0.
///
/// Thread safety: any thread; the list never changes.
[[nodiscard]] const std::vector<special_purpose_block>&
special_purpose_blocks();

/// Whether only this machine can reach the address: 127.0.0.0/8 (RFC 1122
/// §3.2.1.3) or ::1 (RFC 4291 §2.5.3).
[[nodiscard]] bool is_loopback(const ip_address& address);

} // namespace spfblock::net
