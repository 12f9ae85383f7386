#include "core/spf/cohort.hpp"

#include <algorithm>
#include <utility>

namespace spfblock::spf {

cohorts cohorts::everybody() {
  cohorts all;
  for (const auto family : {net::family::ipv4, net::family::ipv6})
    all.add({family, 0, 0, net::address_set::everything(family)});
  return all;
}

net::address_set cohorts::addresses() const {
  net::address_set all;
  for (const cohort& member : members_)
    all |= member.addresses;
  return all;
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
  for (cohort& newcomer : newcomers.members_)
    add(std::move(newcomer));
}

cohorts cohorts::extract(const net::address_set& network) {
  cohorts taken;
  for (cohort& member : members_) {
    net::address_set inside = member.addresses & network;
    if (inside.empty())
      continue;
    member.addresses -= network;
    taken.add({member.family, member.dns_terms, member.void_lookups,
               std::move(inside)});
  }
  std::erase_if(members_,
                [](const cohort& left) { return left.addresses.empty(); });
  return taken;
}

cohorts cohorts::counted(unsigned dns_terms, unsigned void_lookups) const {
  cohorts more = *this;
  for (cohort& member : more.members_) {
    member.dns_terms += dns_terms;
    member.void_lookups += void_lookups;
  }
  return more;
}

} // namespace spfblock::spf
