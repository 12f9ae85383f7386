// What the names of a DNSBL stand for (RFC 5782 §2).
#pragma once

#include "core/net/ip_prefix.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace spfblock::protocols {

/// The networks that a name stands for: the address of a whole name, or what
/// all addresses have in common whose names end in it.  A name of one to four
/// labels of one decimal digit may be of both kinds.
struct dnsbl_networks {
  /// By labels that are octets, of IPv4.
  std::optional<net::ip_prefix> by_octets;
  /// By labels that are hexadecimal digits, of IPv6; of IPv4 where the digits
  /// are those of ::ffff:0:0/96, which holds IPv4 addresses.
  std::optional<net::ip_prefix> by_digits;

  friend bool operator==(const dnsbl_networks&,
                         const dnsbl_networks&) = default;
};

/// Reads the labels of a name below the zone: the octets of an IPv4 address
/// without leading zeros, or the digits of an IPv6 address, the last first.
/// @param labels in wire format, without a root
/// @return neither of what stands for no address, be it too long, and of none
[[nodiscard]] dnsbl_networks dnsbl_networks_of(std::string_view labels);

/// The labels of an address as text, ended by a dot: "1.2.0.192.".
[[nodiscard]] std::string dnsbl_labels_of(const net::ip_address& address);

} // namespace spfblock::protocols
