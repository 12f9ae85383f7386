#include "core/exports/sets.hpp"
#include "core/exports/writers.hpp"

namespace spfblock::exports {

std::string plain(const exported_table& of, const provenance& from) {
  const blocked_networks blocked = blocked_networks_of(of);
  std::string text =
      heading(from, blocked.counted(),
              {"#",
               "Blocked networks",
               not_blocking_note(of),
               {"a network a line, disjoint; # begins a comment"}});
  for (const auto& family : {blocked.ipv4, blocked.ipv6}) {
    for (const net::ip_prefix& each : family)
      text.append(each.to_string()).append("\n");
  }
  return text;
}

} // namespace spfblock::exports
