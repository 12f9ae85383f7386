#include "core/spf/hosts.hpp"

#include "core/dns/query_account.hpp"
#include "core/spf/rules.hpp"

#include <fmt/format.h>

#include <utility>
#include <vector>

namespace spfblock::spf {
namespace {

/// Collects the hosts of one term.
class finder {
public:
  finder(inquiry& dns, const directive& what, net::family family)
      : dns_{dns},
        type_{family == net::family::ipv4 ? dns::rr_type::a
                                          : dns::rr_type::aaaa},
        cidr_length_{family == net::family::ipv4 ? what.ip4_cidr_length
                                                 : what.ip6_cidr_length} {}

  void add_host(const dns::name& host) {
    const dns::answer* given = ask({host, type_});
    if (given == nullptr)
      return;
    std::vector<net::ip_prefix> networks;
    networks.reserve(given->addresses.size());
    for (const net::ip_address& address : given->addresses)
      networks.push_back(net::ip_prefix::containing(address, cidr_length_));
    if (given->has_mapped_address && cidr_length_ < mapped_length)
      networks.push_back(
          net::ip_prefix::containing(beside_mapped, cidr_length_));
    found_.addresses |= net::address_set::of(networks);
  }

  void add_exchanges(const dns::name& target) {
    const dns::answer* given = ask({target, dns::rr_type::mx});
    if (given == nullptr)
      return;
    if (given->exchanges.size() > mx_name_limit) {
      found_.permerror = fmt::format("over {} MX names", mx_name_limit);
      return;
    }
    for (const auto& exchange : given->exchanges)
      add_host(exchange.host);
  }

  hosts result() && { return std::move(found_); }

private:
  /// The IPv4-mapped addresses are ::ffff:0:0/96; every wider network that
  /// holds them holds this address, too, which can be an IPv6 client's.
  static constexpr unsigned mapped_length = 96;
  static constexpr net::ip_address beside_mapped =
      net::ip_address::ipv6(net::uint128{0xfffe} << 32U);

  /// Asks, and notes what an answer other than records means.
  const dns::answer* ask(const dns::question& asked) {
    const inquiry::lookup got = dns_.ask(asked);
    switch (got.state) {
    case inquiry::availability::missing: found_.missing = true; break;
    case inquiry::availability::over_limit:
      found_.permerror = dns::over_dns_queries;
      break;
    case inquiry::availability::found:
      if (got.given->status == dns::answer_status::failed)
        found_.temperror = asked.to_string() + ": " + got.given->reason;
      found_.is_void = found_.is_void || got.given->is_void();
      break;
    }
    return got.given;
  }

  inquiry& dns_;
  dns::rr_type type_;
  unsigned cidr_length_;
  hosts found_;
};

} // namespace

hosts find_hosts(inquiry& dns, const directive& what, const dns::name& target,
                 net::family family) {
  finder collecting{dns, what, family};
  if (what.mechanism == mechanism::mx)
    collecting.add_exchanges(target);
  else
    collecting.add_host(target);
  return std::move(collecting).result();
}

} // namespace spfblock::spf
