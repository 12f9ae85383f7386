#include "server/commands/configured.hpp"

#include <iostream>
#include <utility>
#include <variant>
#include <vector>

namespace spfblock::server {

std::optional<configuration> load_or_complain(const std::string& path) {
  auto loaded = load_configuration(path);
  if (auto* valid = std::get_if<configuration>(&loaded))
    return std::move(*valid);
  for (const auto& each : std::get<std::vector<json::problem>>(loaded)) {
    if (!each.is_warning)
      std::cerr << each.to_string() << '\n';
  }
  return std::nullopt;
}

net::endpoint reachable(net::endpoint at) {
  if (at.address.number() == 0)
    at.address = at.address.family() == net::family::ipv4
                     ? net::ip_address::ipv4(0x7f000001)
                     : net::ip_address::ipv6(1);
  return at;
}

} // namespace spfblock::server
