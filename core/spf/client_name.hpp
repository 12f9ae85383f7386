// The names of a client that the DNS confirms (RFC 7208 §5.5).
#pragma once

#include "core/dns/name.hpp"
#include "core/net/ip_address.hpp"
#include "core/spf/inquiry.hpp"

#include <optional>

namespace spfblock::spf {

/// So many names of a client are looked at, the first of the message; the
/// others are ignored (RFC 7208 §4.6.4).
inline constexpr std::size_t client_name_limit = 10;

/// The name that the PTR records of an address are at:
/// "1.2.0.192.in-addr.arpa".
[[nodiscard]] dns::name reverse_name(const net::ip_address& of);

/// What came of a search for a name of a client.
struct client_name {
  /// One that a PTR record of the client gives and that has the client's
  /// address itself.
  std::optional<dns::name> found;
  /// Questions that found nothing, up to the one that decided (§4.6.4).
  unsigned void_lookups = 0;
  bool missing = false;    ///< some answer is not there yet: all is preliminary
  bool over_limit = false; ///< a question is over inquiry::limit()
};

/// The first confirmed name that is `target` or below it, for `ptr`.  Others
/// are not looked up.  A question that fails finds nothing (§5.5).
[[nodiscard]] client_name find_client_name(inquiry& dns,
                                           const net::ip_address& client,
                                           const dns::name& target);

/// The confirmed name for %{p}: `domain` itself, else one below it, else any
/// (RFC 7208 §7.3).
[[nodiscard]] client_name best_client_name(inquiry& dns,
                                           const net::ip_address& client,
                                           const dns::name& domain);

} // namespace spfblock::spf
