#include "server/commands/configured.hpp"

#include "server/commands/service_reach.hpp"
#include "server/patient_loading.hpp"
#include "server/system/file.hpp"

#include <iostream>
#include <utility>
#include <variant>
#include <vector>

namespace spfblock::server {

std::optional<configuration> load_or_complain(const std::string& path) {
  auto loaded = load_patiently(path);
  if (auto* valid = std::get_if<configuration>(&loaded))
    return std::move(*valid);
  for (const auto& each : std::get<std::vector<json::problem>>(loaded)) {
    if (!each.is_warning)
      std::cerr << each.to_string() << '\n';
  }
  return std::nullopt;
}

std::optional<configuration> load_checked(const std::string& path) {
  auto loaded = load_or_complain(path);
  const auto faults =
      loaded ? out_of_reach(*loaded) : std::vector<json::problem>{};
  for (const json::problem& each : faults)
    std::cerr << each.to_string() << '\n';
  return faults.empty() ? std::move(loaded) : std::nullopt;
}

config::whereabouts server_of(const std::string& path,
                              std::optional<protocols::door> door) {
  config::whereabouts found;
  if (const auto text = read_file(path))
    found = config::whereabouts_in(*text, path, door);
  else
    found.faults.push_back({path, 0, "", text.error().message});
  found.state_file = state_file_of(path, found.state_file);
  for (const json::problem& each : found.faults)
    std::cerr << each.to_string() << '\n';
  if (!found.faults.empty())
    std::cerr << "spfblock: asking where a server is by default\n";
  return found;
}

net::endpoint reachable(net::endpoint at) {
  if (at.address.number() == 0)
    at.address = at.address.family() == net::family::ipv4
                     ? net::ip_address::ipv4(0x7f000001)
                     : net::ip_address::ipv6(1);
  return at;
}

config::listener reachable(config::listener at) {
  if (const net::endpoint* const tcp = at.where.tcp())
    at.where = reachable(*tcp);
  return at;
}

} // namespace spfblock::server
