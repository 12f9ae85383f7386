#include "core/domains/seen_guard.hpp"

#include <algorithm>
#include <iterator>

namespace spfblock::domains {

net::address_set covering_seen(const net::address_set& found,
                               const std::vector<net::ip_prefix>& named,
                               const net::address_set& seen) {
  const net::address_set hit = found & seen;
  if (hit.empty())
    return {};
  std::vector<net::ip_prefix> rest =
      (found - net::address_set::of(named)).to_prefixes();
  rest.insert(rest.end(), named.begin(), named.end());
  std::erase_if(rest, [&hit](const net::ip_prefix& each) {
    return !hit.within(each).empty();
  });
  return found - net::address_set::of(rest);
}

seen_guard::seen_guard(const config::seen_settings& by)
    : holds_{by.on_overlap == config::on_overlap::hold} {
  std::vector<net::ip_prefix> all;
  for (const config::seen_network& each : by.networks) {
    if (each.struck || (!all.empty() && all.back().covers(each.network)))
      continue;
    networks_.push_back(each);
    all.push_back(each.network);
  }
  all_ = net::address_set::of(all);
}

seen_overlap
seen_guard::overlap_with(const net::address_set& found,
                         const std::vector<net::ip_prefix>& named) const {
  if (networks_.empty())
    return {};
  seen_overlap made;
  made.networks = covering_seen(found, named, all_);
  if (made.empty())
    return {};
  made.hosts = first_of(found & all_);
  made.held = holds_;
  return made;
}

std::string seen_guard::first_of(const net::address_set& hit) const {
  constexpr std::size_t most = 3;
  std::vector<const config::seen_network*> hosts;
  for (const net::ip_prefix& part : hit.to_prefixes()) {
    auto at = std::upper_bound(
        networks_.begin(), networks_.end(), part.first(),
        [](const net::ip_address& address, const config::seen_network& each) {
          return address < each.network.first();
        });
    // One that begins before the part, or with it, may reach into it.
    if (at != networks_.begin() &&
        std::prev(at)->network.last() >= part.first())
      --at;
    for (; at != networks_.end() && at->network.first() <= part.last() &&
           hosts.size() <= most;
         ++at) {
      if (hosts.empty() || hosts.back() != &*at)
        hosts.push_back(&*at);
    }
    if (hosts.size() > most)
      break;
  }
  std::string text;
  for (std::size_t i = 0; i < std::min(hosts.size(), most); ++i) {
    text += (text.empty() ? "" : ", ") + hosts[i]->network.to_string();
    if (!hosts[i]->domain.empty())
      text += " (" + hosts[i]->domain + ')';
  }
  return text + (hosts.size() > most ? " and more" : "");
}

} // namespace spfblock::domains
