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

sorted_hosts sorted(const evidence::hosts_by_address& hosts) {
  sorted_hosts made;
  made.reserve(hosts.size());
  for (const auto& [address, each] : hosts)
    made.emplace_back(address, &each);
  std::sort(made.begin(), made.end());
  return made;
}

traffic traffic_from(const net::address_set& networks,
                     const sorted_hosts& hosts) {
  traffic made;
  std::vector<std::size_t> senders;
  for (const net::ip_prefix& each : networks.to_prefixes()) {
    auto at = std::partition_point(
        hosts.begin(), hosts.end(),
        [&](const auto& below) { return below.first < each.first(); });
    for (; at != hosts.end() && each.contains(at->first); ++at) {
      const host& of = *at->second;
      made.bad += of.bad;
      made.wanted += of.wanted;
      if (of.bad > 0 && made.hosts.size() < traffic::most_hosts)
        made.hosts.emplace_back(at->first, of.bad);
      for (const std::size_t sender : of.wanted_senders) {
        if (sender != 0)
          senders.push_back(sender);
      }
    }
  }
  made.wanted_senders = distinct(senders);
  return made;
}

} // namespace spfblock::suggest
