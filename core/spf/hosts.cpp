#include "core/spf/hosts.hpp"

#include "core/spf/rules.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>
#include <utility>

namespace spfblock::spf {
namespace {

/// The hosts by preference; the order of a message is the resolver's whim.
std::vector<dns::name> in_order(std::vector<dns::mail_exchange> exchanges) {
  std::sort(exchanges.begin(), exchanges.end(),
            [](const dns::mail_exchange& a, const dns::mail_exchange& b) {
              return std::tie(a.preference, a.host) <
                     std::tie(b.preference, b.host);
            });
  std::vector<dns::name> hosts;
  hosts.reserve(exchanges.size());
  for (dns::mail_exchange& each : exchanges)
    hosts.push_back(std::move(each.host));
  return hosts;
}

} // namespace

host_walk::host_walk(inquiry& dns, const directive& what,
                     const dns::name& target, net::family family)
    : dns_{dns},
      type_{family == net::family::ipv4 ? dns::rr_type::a : dns::rr_type::aaaa},
      cidr_length_{family == net::family::ipv4 ? what.ip4_cidr_length
                                               : what.ip6_cidr_length} {
  if (what.mechanism == mechanism::mx)
    mail_domain_ = target;
  else
    names_.push_back(target);
}

std::optional<hosts> host_walk::next() {
  if (mail_domain_)
    add_exchanges();
  while (!ended() && at_ < names_.size())
    add_host(names_[at_++]);
  if (!ended() && found_.networks.empty())
    return std::nullopt;
  found_.addresses = net::address_set::of(found_.networks);
  const bool missing = found_.missing;
  return std::exchange(found_, {{}, {}, missing, false, {}, {}});
}

void host_walk::add_exchanges() {
  const dns::name target = *std::exchange(mail_domain_, std::nullopt);
  const dns::answer* given = ask({target, dns::rr_type::mx});
  if (given == nullptr)
    return;
  if (given->exchanges.size() > mx_name_limit)
    found_.permerror = fmt::format("over {} MX names", mx_name_limit);
  else
    names_ = in_order(given->exchanges);
}

void host_walk::add_host(const dns::name& host) {
  const dns::answer* given = ask({host, type_});
  if (given == nullptr)
    return;
  for (const net::ip_address& address : given->addresses)
    found_.networks.push_back(
        net::ip_prefix::containing(address, cidr_length_));
  if (given->has_mapped_address && cidr_length_ < mapped_length)
    found_.networks.push_back(
        net::ip_prefix::containing(beside_mapped, cidr_length_));
}

bool host_walk::ended() const noexcept {
  return found_.is_void || !found_.permerror.empty() ||
         !found_.temperror.empty();
}

/// Asks, and notes what an answer other than records means.
const dns::answer* host_walk::ask(const dns::question& asked) {
  const inquiry::lookup got = dns_.ask(asked);
  switch (got.state) {
  case inquiry::availability::missing: found_.missing = true; break;
  case inquiry::availability::over_limit:
    found_.permerror = dns_.limit();
    break;
  case inquiry::availability::found:
    if (got.given->status == dns::answer_status::failed)
      found_.temperror = asked.to_string() + ": " + got.given->reason;
    found_.is_void = got.given->is_void();
    break;
  }
  return got.given;
}

} // namespace spfblock::spf
