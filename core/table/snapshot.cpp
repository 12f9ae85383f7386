#include "core/table/snapshot.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

namespace spfblock::table {

namespace {

/// Whether `is_it` is true of the value of a name in `map`, by its wire format:
/// of `name` or one above it, the nearest first, but the root.
template <class Map, class Is>
bool any_at_or_above(const dns::name& name, const Map& map, Is is_it) {
  std::string_view wire = name.wire();
  while (wire.size() > 1) {
    if (const auto found = map.find(wire);
        found != map.end() && is_it(found->second))
      return true;
    wire.remove_prefix(static_cast<unsigned char>(wire.front()) + 1U);
  }
  return false;
}

} // namespace

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
  blocks_.reserve(listings_.size());
  for (std::size_t i = 0; i < listings_.size(); ++i) {
    blocks_.push_back(listings_[i].action.blocks());
    for (const net::ip_prefix& network : listings_[i].networks)
      entries.push_back({network, static_cast<std::uint32_t>(i)});
    listings_[i].networks = std::vector<net::ip_prefix>{}; // and no capacity
    if (!listings_[i].waits)
      continue;
    residues_.try_emplace(listings_[i].waits->domain.wire(), i);
    for (const named_clients& each : listings_[i].waits->named)
      named_[each.target.wire()].push_back({i, &each.addresses});
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
  const listing* by = nullptr;
  any_at_or_above(name, residues_, [&](std::size_t index) {
    const bool decides = listings_[index].waits->addresses.contains(address);
    by = decides ? &listings_[index] : nullptr;
    return decides;
  });
  return by;
}

std::optional<snapshot::match>
snapshot::find_by_name(const dns::name& name,
                       const net::ip_address& address) const {
  if (named_.empty() || (never_ && never_->contains(address)))
    return std::nullopt;
  std::optional<match> found;
  any_at_or_above(name, named_, [&](const std::vector<named>& all) {
    const auto by =
        std::find_if(all.begin(), all.end(), [&](const named& each) {
          return each.addresses->contains(address);
        });
    if (by != all.end())
      found = match{
          &listings_[by->by],
          net::ip_prefix::containing(address, net::width(address.family()))};
    return found.has_value();
  });
  return found;
}

bool snapshot::may_find_by_name(const dns::name& name) const {
  return !named_.empty() &&
         any_at_or_above(name, named_,
                         [](const auto& /*all*/) { return true; });
}

std::vector<blocked_space::area> snapshot::areas() const {
  std::vector<blocked_space::area> all;
  all.reserve(ipv4_networks() + ipv6_networks());
  for (const auto& entry : table_.entries())
    all.push_back({entry.prefix, blocks_[entry.value]});
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
