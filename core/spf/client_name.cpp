#include "core/spf/client_name.hpp"

#include "core/spf/domain_spec.hpp"

#include <algorithm>
#include <utility>
#include <vector>

namespace spfblock::spf {
namespace {

/// The names that PTR records give.
std::vector<dns::name> claimed(inquiry& dns, const net::ip_address& client,
                               client_name& made) {
  const auto got = dns.ask({reverse_name(client), dns::rr_type::ptr});
  made.missing = got.state == inquiry::availability::missing;
  made.over_limit = got.state == inquiry::availability::over_limit;
  if (got.given == nullptr)
    return {};
  made.void_lookups = got.given->is_void() ? 1 : 0;
  std::vector<dns::name> names = got.given->hosts;
  if (names.size() > client_name_limit)
    names.resize(client_name_limit);
  return names;
}

/// The first of `names` that has the client's address.  Asks for all of them at
/// once.
void confirm(inquiry& dns, const net::ip_address& client,
             const std::vector<dns::name>& names, client_name& made) {
  const auto type = client.family() == net::family::ipv4 ? dns::rr_type::a
                                                         : dns::rr_type::aaaa;
  for (const dns::name& each : names) {
    const auto got = dns.ask({each, type});
    made.missing |= got.state == inquiry::availability::missing;
    made.over_limit |= got.state == inquiry::availability::over_limit;
    if (got.given == nullptr || made.missing)
      continue;
    made.void_lookups += got.given->is_void() ? 1U : 0U;
    const auto& addresses = got.given->addresses;
    if (std::find(addresses.begin(), addresses.end(), client) !=
        addresses.end()) {
      made.found = each;
      return;
    }
  }
}

} // namespace

dns::name reverse_name(const net::ip_address& of) {
  static const auto spec = *domain_spec::parse("%{ir}.%{v}.arpa");
  const mail_values mail{of, {}, {}};
  return *spec.expand({{}, {}, of.family(), &mail});
}

client_name find_client_name(inquiry& dns, const net::ip_address& client,
                             const dns::name& target) {
  client_name made;
  auto names = claimed(dns, client, made);
  std::erase_if(names, [&](const dns::name& each) {
    return !each.is_at_or_below(target);
  });
  confirm(dns, client, names, made);
  return made;
}

client_name best_client_name(inquiry& dns, const net::ip_address& client,
                             const dns::name& domain) {
  client_name made;
  auto names = claimed(dns, client, made);
  const auto rank = [&](const dns::name& each) {
    return each == domain ? 0 : each.is_at_or_below(domain) ? 1 : 2;
  };
  std::stable_sort(names.begin(), names.end(),
                   [&](const dns::name& a, const dns::name& b) {
                     return rank(a) < rank(b);
                   });
  confirm(dns, client, names, made);
  return made;
}

} // namespace spfblock::spf
