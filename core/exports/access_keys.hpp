// Which keys of an indexed access(5) table stand for a network.
//
// smtpd(8) looks up what inet_ntop(3) writes for the client, then the same
// shortened at the last `.` or `:`, until a key is found (check_addr_access()
// in Postfix's smtpd_check.c).  For IPv4 an initial part of the octets is a
// network.  IPv6 text is compressed (RFC 5952 §4.2): the first of the longest
// runs of two or more zero groups becomes `::`, so an address is found under
// explicit groups ("2001:db8:0") or, where the run starts with the next group,
// under those before it and a colon ("2001:db8:").  A key behind a `::` does
// not tell how long the run was: "2001:db8::1" is found for 2001:db8::1 and for
// 2001:db8:0:0:1:2:3:4.
#pragma once

#include "core/net/ip_address.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace spfblock::exports {

/// The key of the network of 8, 16, 24 or 32 bits.
[[nodiscard]] std::string access_key(std::uint32_t first, unsigned length);

/// The keys of an IPv6 network of a multiple of 16 bits: together they are
/// found for its addresses and for no others.  A longer key stands for a
/// network within, but for the one that ends with a colon: the same serves the
/// network longer by 16 zero bits, if there is one, and is its.
/// @return nothing where no keys do that, where the first group is zero, and
/// for
///         a network of 16 bits whose key is one of IPv4, too (100::/16): those
///         addresses are reserved
[[nodiscard]] std::vector<std::string> access_keys(net::uint128 first,
                                                   unsigned length);

} // namespace spfblock::exports
