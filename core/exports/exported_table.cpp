#include "core/exports/exported_table.hpp"

#include <algorithm>

namespace spfblock::exports {

exported_table::exported_table(const table::snapshot& of)
    : ipv4_{of.ipv4_networks()} {
  const auto all = of.networks();
  networks_.reserve(all.size());
  for (const auto& each : all)
    networks_.push_back(
        {each.network, each.by, each.by->action.blocks(), std::nullopt});
  find_outer_networks();
}

void exported_table::find_outer_networks() {
  std::vector<std::uint32_t> around; // each within the one before it
  for (std::uint32_t i = 0; i < networks_.size(); ++i) {
    const auto& network = networks_[i].network;
    while (!around.empty() && !networks_[around.back()].network.covers(network))
      around.pop_back();
    if (!around.empty())
      networks_[i].outer = around.back();
    around.push_back(i);
  }
}

std::size_t exported_table::not_blocking() const {
  return static_cast<std::size_t>(
      std::count_if(networks_.begin(), networks_.end(),
                    [](const auto& each) { return !each.blocks; }));
}

net::address_set exported_table::blocked() const {
  // The networks that lie in equally many others are disjoint, and decide over
  // those that lie in fewer.
  struct layer {
    std::vector<net::ip_prefix> blocking;
    std::vector<net::ip_prefix> others;
  };
  std::vector<layer> layers;
  std::vector<std::uint8_t> depths(networks_.size());
  for (std::size_t i = 0; i < networks_.size(); ++i) {
    const auto& each = networks_[i];
    if (each.outer)
      depths[i] = static_cast<std::uint8_t>(depths[*each.outer] + 1);
    if (layers.size() <= depths[i])
      layers.resize(depths[i] + std::size_t{1});
    layer& of = layers[depths[i]];
    (each.blocks ? of.blocking : of.others).push_back(each.network);
  }
  net::address_set blocked;
  for (const layer& each : layers) {
    blocked |= net::address_set::of(each.blocking);
    blocked -= net::address_set::of(each.others);
  }
  return blocked;
}

std::string action_text(const exported_network& of,
                        const net::ip_prefix& part) {
  const bool single = part.length() == net::width(part.family());
  return of.by->action.filled(of.network, single ? part.first().to_string()
                                                 : of.network.to_string());
}

std::string action_text(const exported_network& of) {
  return of.by->action.filled(of.network);
}

} // namespace spfblock::exports
