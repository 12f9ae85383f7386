#include "core/exports/sets.hpp"

#include "core/exports/heading.hpp"
#include "core/support/text.hpp"

namespace spfblock::exports {

std::string blocked_networks::counted() const {
  return counted_networks(ipv4.size(), ipv6.size());
}

blocked_networks blocked_networks_of(const exported_table& table) {
  blocked_networks found;
  for (const net::ip_prefix& each : table.blocked().to_prefixes())
    (each.family() == net::family::ipv4 ? found.ipv4 : found.ipv6)
        .push_back(each);
  return found;
}

std::vector<std::string> not_blocking_note(const exported_table& table) {
  const std::size_t count = table.not_blocking();
  if (count == 0)
    return {};
  return {counted(count, "network") + " whose action does not block"};
}

} // namespace spfblock::exports
