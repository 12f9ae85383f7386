// The addresses that an `a` or `mx` term names (RFC 7208 §5.3, §5.4).
#pragma once

#include "core/dns/name.hpp"
#include "core/net/address_set.hpp"
#include "core/spf/inquiry.hpp"
#include "core/spf/record.hpp"

#include <string>

namespace spfblock::spf {

/// What the DNS says about the hosts of one term, for clients of one family.
struct hosts {
  net::address_set addresses; ///< cidr-length applied
  bool missing = false;       ///< some answer is not there yet
  bool is_void = false;       ///< some query found nothing (§4.6.4)
  /// How the term ends for an address that is not among `addresses`, if in
  /// error.
  std::string permerror;
  std::string temperror;
};

/// Looks up the hosts of `what`, an `a` or `mx` directive, at `target`: A
/// records for IPv4, AAAA for IPv6.
[[nodiscard]] hosts find_hosts(inquiry& dns, const directive& what,
                               const dns::name& target, net::family family);

} // namespace spfblock::spf
