#include "core/suggest/traffic.hpp"

#include <algorithm>
#include <vector>

namespace spfblock::suggest {
namespace {

/// How many different ones there are.
std::size_t distinct(std::vector<std::size_t>& of) {
  std::sort(of.begin(), of.end());
  return static_cast<std::size_t>(std::unique(of.begin(), of.end()) -
                                  of.begin());
}

} // namespace

traffic traffic_from(const net::address_set& networks,
                     const evidence::hosts_by_address& hosts) {
  traffic made;
  std::vector<std::size_t> senders;
  for (const net::ip_prefix& each : networks.to_prefixes()) {
    for (auto at = hosts.lower_bound(each.first());
         at != hosts.end() && each.contains(at->first); ++at) {
      made.bad += at->second.bad;
      if (at->second.bad > 0 && made.hosts.size() < traffic::most_hosts)
        made.hosts.emplace_back(at->first, at->second.bad);
      made.wanted += at->second.wanted;
      for (const std::size_t sender : at->second.wanted_senders) {
        if (sender != 0)
          senders.push_back(sender);
      }
    }
  }
  made.wanted_senders = distinct(senders);
  return made;
}

} // namespace spfblock::suggest
