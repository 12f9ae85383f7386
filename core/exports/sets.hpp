// What the formats have in common that hold the blocked addresses only.
#pragma once

#include "core/exports/exported_table.hpp"
#include "core/net/ip_prefix.hpp"

#include <string>
#include <vector>

namespace spfblock::exports {

/// The blocked addresses as disjoint networks, ascending, as few as can be.
struct blocked_networks {
  std::vector<net::ip_prefix> ipv4;
  std::vector<net::ip_prefix> ipv6;

  /// "1 IPv4 and 2 IPv6 networks"
  [[nodiscard]] std::string counted() const;
};

[[nodiscard]] blocked_networks blocked_networks_of(const exported_table& table);

/// Says how many networks do not block, or nothing.
[[nodiscard]] std::vector<std::string>
not_blocking_note(const exported_table& table);

} // namespace spfblock::exports
