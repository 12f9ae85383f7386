#include "core/spf/cohort.hpp"

#include <algorithm>
#include <utility>

namespace spfblock::spf {
namespace {

/// An IPv6 range is four times as large.
std::uint64_t weight_of(const cohort& of) {
  return of.addresses.range_count() *
         (of.family == net::family::ipv4 ? 1U : 4U);
}

} // namespace

cohorts cohorts::everybody() {
  cohorts all;
  for (const auto family : {net::family::ipv4, net::family::ipv6})
    all.add({family, 0, 0, net::address_set::everything(family)});
  return all;
}

bool cohorts::meets(const net::ip_prefix& network) const noexcept {
  return std::any_of(members_.begin(), members_.end(), [&](const cohort& each) {
    return each.family == network.family() && each.addresses.meets(network);
  });
}

net::address_set cohorts::addresses() const {
  net::address_set all;
  for (const cohort& member : members_)
    all |= member.addresses;
  return all;
}

net::address_set cohorts::addresses_in(const net::ip_prefix& network) const {
  const net::address_set inside{network};
  net::address_set all;
  for (const cohort& member : members_) {
    if (member.family == network.family())
      all |= member.addresses & inside;
  }
  return all;
}

std::uint64_t cohorts::ranges() const noexcept {
  std::uint64_t count = 0;
  for (const cohort& member : members_)
    count += member.addresses.range_count();
  return count;
}

std::uint64_t cohorts::weight() const noexcept {
  std::uint64_t all = 0;
  for (const cohort& member : members_)
    all += weight_of(member);
  return all;
}

std::uint64_t cohorts::work_to_unite() const noexcept {
  const std::uint64_t all = ranges();
  return members_.size() * all / 2 + all;
}

/// A vector moves what is behind the place.
std::uint64_t cohorts::work_to_extract(net::family from) const noexcept {
  std::uint64_t moved = 0;
  for (const cohort& member : members_) {
    if (member.family == from)
      moved += weight_of(member);
  }
  return members_.size() + moved / weight_at_once;
}

std::uint64_t cohorts::work_to_part(const net::address_set& by) const noexcept {
  return 2 * ranges() + members_.size() * by.range_count();
}

/// A single range is added to a set by a move of what is behind it.
std::uint64_t cohorts::work_to_add(const cohorts& others) const noexcept {
  if (empty() || others.empty())
    return others.members_.size();
  const std::uint64_t added = others.ranges();
  const bool singly = added == others.members_.size();
  return others.members_.size() * members_.size() + added +
         (singly ? weight() / weight_at_once : ranges());
}

unsigned cohorts::most_dns_terms() const noexcept {
  unsigned most = 0;
  for (const cohort& member : members_)
    most = std::max(most, member.dns_terms);
  return most;
}

unsigned cohorts::most_void_lookups() const noexcept {
  unsigned most = 0;
  for (const cohort& member : members_)
    most = std::max(most, member.void_lookups);
  return most;
}

void cohorts::add(cohort newcomer) {
  if (newcomer.addresses.empty())
    return;
  for (cohort& member : members_) {
    if (member.family == newcomer.family &&
        member.dns_terms == newcomer.dns_terms &&
        member.void_lookups == newcomer.void_lookups) {
      member.addresses |= newcomer.addresses;
      return;
    }
  }
  members_.push_back(std::move(newcomer));
}

void cohorts::add(cohorts newcomers) {
  if (empty())
    members_ = std::move(newcomers.members_);
  else
    for (cohort& newcomer : newcomers.members_)
      add(std::move(newcomer));
}

template <class Extract>
cohorts cohorts::extract_from_each(Extract from) {
  cohorts taken;
  for (cohort& member : members_) {
    net::address_set inside = from(member);
    if (!inside.empty())
      taken.members_.push_back({member.family, member.dns_terms,
                                member.void_lookups, std::move(inside)});
  }
  if (!taken.empty())
    std::erase_if(members_,
                  [](const cohort& left) { return left.addresses.empty(); });
  return taken;
}

cohorts cohorts::extract(const net::ip_prefix& network) {
  return extract_from_each([&](cohort& member) {
    return member.family == network.family() ? member.addresses.extract(network)
                                             : net::address_set{};
  });
}

cohorts cohorts::extract(const net::address_set& addresses) {
  return extract_from_each([&](cohort& member) {
    net::address_set inside = member.addresses & addresses;
    if (!inside.empty())
      member.addresses -= inside;
    return inside;
  });
}

void cohorts::count(unsigned dns_terms, unsigned void_lookups) noexcept {
  for (cohort& member : members_) {
    member.dns_terms += dns_terms;
    member.void_lookups += void_lookups;
  }
}

} // namespace spfblock::spf
