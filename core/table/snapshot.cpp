#include "core/table/snapshot.hpp"

#include <string_view>
#include <utility>

namespace spfblock::table {

snapshot::snapshot(std::vector<listing> listings, recipients exempt,
                   std::shared_ptr<const net::address_set> never,
                   blocked_ranges ranges)
    : listings_{std::move(listings)},
      exempt_{std::move(exempt)},
      never_{std::move(never)} {
  std::size_t total = 0;
  for (const listing& each : listings_)
    total += each.networks.size();

  std::vector<net::prefix_table::entry> entries;
  entries.reserve(total);
  for (std::size_t i = 0; i < listings_.size(); ++i) {
    for (const net::ip_prefix& network : listings_[i].networks)
      entries.push_back({network, static_cast<std::uint32_t>(i)});
    listings_[i].networks = {};
    if (listings_[i].waits)
      residues_.try_emplace(listings_[i].waits->domain.wire(), i);
  }
  table_ = net::prefix_table{entries};
  if (ranges == blocked_ranges::known)
    blocked_.emplace(areas());
}

std::optional<snapshot::match>
snapshot::find(const net::ip_address& address) const noexcept {
  const auto found = table_.longest_match(address);
  if (!found)
    return std::nullopt;
  return match{&listings_[found->value], found->prefix};
}

const listing* snapshot::decided_by_mail(const dns::name& name,
                                         const net::ip_address& address) const {
  if (residues_.empty() || (never_ && never_->contains(address)))
    return nullptr;
  std::string_view wire = name.wire();
  while (wire.size() > 1) {
    const auto found = residues_.find(wire);
    if (found != residues_.end()) {
      const listing& by = listings_[found->second];
      if (by.waits->addresses.contains(address))
        return &by;
    }
    wire.remove_prefix(static_cast<unsigned char>(wire.front()) + 1U);
  }
  return nullptr;
}

std::vector<blocked_space::area> snapshot::areas() const {
  std::vector<bool> blocks; // an action is a text: looked at once
  blocks.reserve(listings_.size());
  for (const listing& each : listings_)
    blocks.push_back(each.action.blocks());
  std::vector<blocked_space::area> all;
  all.reserve(ipv4_networks() + ipv6_networks());
  for (const auto& entry : table_.entries())
    all.push_back({entry.prefix, blocks[entry.value]});
  return all;
}

std::vector<snapshot::match> snapshot::networks() const {
  std::vector<match> all;
  all.reserve(ipv4_networks() + ipv6_networks());
  for (const auto& entry : table_.entries())
    all.push_back({&listings_[entry.value], entry.prefix});
  return all;
}

} // namespace spfblock::table
