#include "core/net/address_set.hpp"

#include <algorithm>
#include <limits>
#include <utility>

namespace spfblock::net {

namespace {

template <class Number>
range<Number> range_of(const ip_prefix& prefix) noexcept {
  const uint128 first = prefix.first().number();
  const uint128 last = first | host_mask(prefix.family(), prefix.length());
  return {static_cast<Number>(first), static_cast<Number>(last)};
}

bool within_mapped(const block<uint128>& b) noexcept {
  return b.length >= 96 && b.first >> 32U == 0xffff;
}

} // namespace

address_set::address_set(range_set<std::uint32_t> ipv4, range_set<uint128> ipv6)
    : ipv4_{std::move(ipv4)},
      ipv6_{std::move(ipv6)} {}

address_set::address_set(const ip_prefix& prefix) {
  if (prefix.family() == family::ipv4)
    ipv4_ = range_set{range_of<std::uint32_t>(prefix)};
  else
    ipv6_ = range_set{range_of<uint128>(prefix)};
}

address_set address_set::of(const std::vector<ip_prefix>& prefixes) {
  std::vector<range<std::uint32_t>> ipv4;
  std::vector<range<uint128>> ipv6;
  for (const ip_prefix& prefix : prefixes) {
    if (prefix.family() == family::ipv4)
      ipv4.push_back(range_of<std::uint32_t>(prefix));
    else
      ipv6.push_back(range_of<uint128>(prefix));
  }
  return {range_set<std::uint32_t>::of(std::move(ipv4)),
          range_set<uint128>::of(std::move(ipv6))};
}

address_set address_set::everything(family f) {
  return address_set{ip_prefix::everything(f)};
}

bool address_set::contains(const ip_address& address) const noexcept {
  if (address.family() == family::ipv4)
    return ipv4_.contains(static_cast<std::uint32_t>(address.number()));
  return ipv6_.contains(address.number());
}

bool address_set::meets(const ip_prefix& network) const noexcept {
  return network.family() == family::ipv4
             ? ipv4_.meets(range_of<std::uint32_t>(network))
             : ipv6_.meets(range_of<uint128>(network));
}

address_set address_set::extract(const ip_prefix& network) {
  if (network.family() == family::ipv4)
    return {ipv4_.extract(range_of<std::uint32_t>(network)), {}};
  return {{}, ipv6_.extract(range_of<uint128>(network))};
}

address_set address_set::within(const ip_prefix& network) const {
  if (network.family() == family::ipv4)
    return {ipv4_.within(range_of<std::uint32_t>(network)), {}};
  return {{}, ipv6_.within(range_of<uint128>(network))};
}

address_set address_set::only(family f) const {
  return f == family::ipv4 ? address_set{ipv4_, {}} : address_set{{}, ipv6_};
}

/// Calls `visit(first, length)` for what to_prefixes() gives, in its order.
template <class Visit>
void address_set::for_each_prefix(Visit visit) const {
  ipv4_.for_each_block(width(family::ipv4), [&](block<std::uint32_t> b) {
    visit(ip_address::ipv4(b.first), b.length);
  });
  ipv6_.for_each_block(width(family::ipv6), [&](const block<uint128>& b) {
    if (!within_mapped(b))
      visit(ip_address::ipv6(b.first), b.length);
  });
}

std::vector<ip_prefix> address_set::to_prefixes() const {
  std::vector<ip_prefix> prefixes;
  prefixes.reserve(ipv4_.ranges().size() + ipv6_.ranges().size());
  for_each_prefix([&](const ip_address& first, unsigned length) {
    prefixes.push_back(ip_prefix::containing(first, length));
  });
  return prefixes;
}

std::size_t address_set::prefix_count() const {
  std::size_t count = 0;
  for_each_prefix([&](const ip_address&, unsigned) { ++count; });
  return count;
}

std::optional<unsigned> address_set::shortest_length(family f) const {
  std::optional<unsigned> shortest;
  for_each_prefix([&](const ip_address& first, unsigned length) {
    if (first.family() == f)
      shortest = std::min(length, shortest.value_or(length));
  });
  return shortest;
}

address_set address_set::canonical() const {
  const range_set<uint128> mapped{
      {uint128{0xffff} << 32U, uint128{0xffff} << 32U | 0xffffffffU}};
  return (ipv6_ & mapped).empty() ? *this : of(to_prefixes());
}

std::uint64_t address_set::ipv4_count() const noexcept {
  std::uint64_t total = 0;
  for (const auto& r : ipv4_.ranges())
    total += std::uint64_t{r.last} - r.first + 1;
  return total;
}

std::uint64_t address_set::ipv6_slash64_count() const noexcept {
  uint128 total = 0;
  uint128 uncounted = 0; // the lowest /64 that no range has touched yet
  for (const auto& r : ipv6_.ranges()) {
    const uint128 first = std::max(r.first >> 64U, uncounted);
    uncounted = (r.last >> 64U) + 1;
    total += uncounted - first;
  }
  constexpr std::uint64_t most = std::numeric_limits<std::uint64_t>::max();
  return total > most ? most : static_cast<std::uint64_t>(total);
}

address_set operator|(const address_set& a, const address_set& b) {
  return {a.ipv4_ | b.ipv4_, a.ipv6_ | b.ipv6_};
}

address_set operator&(const address_set& a, const address_set& b) {
  return {a.ipv4_ & b.ipv4_, a.ipv6_ & b.ipv6_};
}

address_set operator-(const address_set& a, const address_set& b) {
  return {a.ipv4_ - b.ipv4_, a.ipv6_ - b.ipv6_};
}

address_set& address_set::operator|=(const address_set& other) {
  ipv4_ |= other.ipv4_;
  ipv6_ |= other.ipv6_;
  return *this;
}

address_set& address_set::operator&=(const address_set& other) {
  return *this = *this & other;
}

address_set& address_set::operator-=(const address_set& other) {
  ipv4_ -= other.ipv4_;
  ipv6_ -= other.ipv6_;
  return *this;
}

} // namespace spfblock::net
