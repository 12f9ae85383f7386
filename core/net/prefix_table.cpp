#include "core/net/prefix_table.hpp"

#include <utility>

namespace spfblock::net {

namespace {

template <class Key>
tree_entry<Key> tree_entry_of(const prefix_table::entry& e) noexcept {
  return {static_cast<Key>(e.prefix.first().number()),
          static_cast<std::uint8_t>(e.prefix.length()), e.value};
}

template <class Tree>
std::optional<prefix_table::match> match_in(const Tree& tree,
                                            const ip_address& address) {
  using key = typename Tree::key_type;
  const auto found = tree.longest_match(static_cast<key>(address.number()));
  if (!found)
    return std::nullopt;
  return prefix_table::match{ip_prefix::containing(address, found->length),
                             found->value};
}

} // namespace

prefix_table::prefix_table(const std::vector<entry>& entries) {
  std::vector<tree_entry<std::uint32_t>> ipv4;
  std::vector<tree_entry<uint128>> ipv6;
  for (const entry& e : entries) {
    if (e.prefix.family() == family::ipv4)
      ipv4.push_back(tree_entry_of<std::uint32_t>(e));
    else
      ipv6.push_back(tree_entry_of<uint128>(e));
  }
  ipv4_ = patricia_tree<std::uint32_t>{std::move(ipv4)};
  ipv6_ = patricia_tree<uint128>{std::move(ipv6)};
}

std::optional<prefix_table::match>
prefix_table::longest_match(const ip_address& address) const noexcept {
  return address.family() == family::ipv4 ? match_in(ipv4_, address)
                                          : match_in(ipv6_, address);
}

std::vector<prefix_table::entry> prefix_table::entries() const {
  std::vector<entry> all;
  all.reserve(ipv4_.size() + ipv6_.size());
  for (const auto& e : ipv4_.entries())
    all.push_back(
        {ip_prefix::containing(ip_address::ipv4(e.first), e.length), e.value});
  for (const auto& e : ipv6_.entries())
    all.push_back(
        {ip_prefix::containing(ip_address::ipv6(e.first), e.length), e.value});
  return all;
}

} // namespace spfblock::net
