// The addresses that an `a` or `mx` term names (RFC 7208 §5.3, §5.4).
#pragma once

#include "core/dns/answer.hpp"
#include "core/dns/name.hpp"
#include "core/dns/question.hpp"
#include "core/net/address_set.hpp"
#include "core/net/ip_address.hpp"
#include "core/net/ip_prefix.hpp"
#include "core/spf/inquiry.hpp"
#include "core/spf/record.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace spfblock::spf {

/// The IPv4-mapped addresses are ::ffff:0:0/96; every wider network that holds
/// them holds this address, too, which can be an IPv6 client's.
inline constexpr unsigned mapped_length = 96;
inline constexpr net::ip_address beside_mapped =
    net::ip_address::ipv6(net::uint128{0xfffe} << 32U);

/// What the DNS says about some hosts of one term, for clients of one family:
/// those up to the first that has none, or that cannot be looked up.
struct hosts {
  /// Cidr-length applied; as the DNS has them, and their union.
  std::vector<net::ip_prefix> networks;
  net::address_set addresses;
  bool missing = false; ///< some answer up to here is not there yet
  /// How they end, for an address that no host up to here has.
  bool is_void = false;  ///< with a query that found nothing (§4.6.4)
  std::string permerror; ///< with an error
  std::string temperror;
};

/// Walks through the hosts of an `a` or `mx` directive, those of an `mx` in the
/// order of their preferences, by name where these are equal: who is among the
/// first depends on no later one.
class host_walk {
public:
  /// @param what outlives the walk, as `dns` does
  /// @param target whose hosts they are: A records for IPv4, AAAA for IPv6
  host_walk(inquiry& dns, const directive& what, const dns::name& target,
            net::family family);

  /// The next hosts; none after the last.  Asks for no host behind them.
  [[nodiscard]] std::optional<hosts> next();

private:
  void add_exchanges();
  void add_host(const dns::name& host);
  [[nodiscard]] bool ended() const noexcept;
  const dns::answer* ask(const dns::question& asked);

  inquiry& dns_;
  dns::rr_type type_;
  unsigned cidr_length_;
  std::optional<dns::name> mail_domain_; ///< whose exchanges are to be asked
  std::vector<dns::name> names_;
  std::size_t at_ = 0; ///< in names_
  hosts found_;
};

} // namespace spfblock::spf
