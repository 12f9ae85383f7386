#include "core/domains/allowance.hpp"

#include <cstddef>
#include <utility>

namespace spfblock::domains {
namespace {

/// By halves: linear times the logarithm, however many entries there are.
net::address_set union_of(const allowance::entry* entries, std::size_t count) {
  if (count == 0)
    return {};
  if (count == 1)
    return entries->addresses;
  const std::size_t half = count / 2;
  return union_of(entries, half) | union_of(entries + half, count - half);
}

} // namespace

allowance::allowance(std::vector<entry> entries,
                     std::shared_ptr<const seen_guard> guard)
    : entries_{std::move(entries)},
      all_{union_of(entries_.data(), entries_.size())},
      guard_{std::move(guard)} {}

std::shared_ptr<const seen_guard> allowance::nobody_seen() {
  static const auto nobody = std::make_shared<const seen_guard>();
  return nobody;
}

std::vector<std::string>
allowance::grounds_over(const net::address_set& addresses) const {
  std::vector<std::string> grounds;
  for (const entry& each : entries_) {
    if (!(each.addresses & addresses).empty())
      grounds.push_back(each.by);
  }
  return grounds;
}

} // namespace spfblock::domains
