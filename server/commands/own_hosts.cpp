#include "server/commands/own_hosts.hpp"

#include "core/net/special_purpose.hpp"
#include "server/system/own_addresses.hpp"

#include <vector>

namespace spfblock::server {

net::address_set own_hosts(const config::settings& of) {
  std::vector<net::ip_prefix> networks;
  if (of.allow.reserved) {
    for (const auto& each : net::special_purpose_blocks())
      networks.push_back(each.prefix);
  }
  for (const config::allowed_network& each : of.allow.networks)
    networks.push_back(each.network);
  net::address_set own = own_addresses();
  return own |= net::address_set::of(networks);
}

} // namespace spfblock::server
