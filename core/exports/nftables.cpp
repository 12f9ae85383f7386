#include "core/exports/sets.hpp"
#include "core/exports/writers.hpp"

#include <fmt/format.h>

#include <string_view>

namespace spfblock::exports {
namespace {

/// The set is emptied and filled, not deleted: rules may refer to it.
void append_set(std::string& out, std::string_view name, std::string_view type,
                const std::vector<net::ip_prefix>& networks) {
  out +=
      fmt::format("add set inet spfblock {0} {{ type {1}; flags interval; }}\n"
                  "flush set inet spfblock {0}\n",
                  name, type);
  if (networks.empty())
    return;
  out += fmt::format("add element inet spfblock {} {{\n", name);
  for (const net::ip_prefix& each : networks)
    out.append("  ").append(each.to_string()).append(",\n");
  out += "}\n";
}

} // namespace

std::string nftables(const exported_table& of, const provenance& from) {
  const blocked_networks blocked = blocked_networks_of(of);
  std::string text = heading(
      from, blocked.counted(),
      {"#",
       "Sets of blocked addresses for nft -f",
       not_blocking_note(of),
       {"nft add chain inet spfblock smtp '{ type filter hook input priority "
        "0; "
        "}'",
        "nft add rule inet spfblock smtp ip saddr @listed_ipv4 tcp dport 25 "
        "counter reject",
        "nft add rule inet spfblock smtp ip6 saddr @listed_ipv6 tcp dport 25 "
        "counter reject"}});
  text += "add table inet spfblock\n";
  append_set(text, "listed_ipv4", "ipv4_addr", blocked.ipv4);
  append_set(text, "listed_ipv6", "ipv6_addr", blocked.ipv6);
  return text;
}

} // namespace spfblock::exports
