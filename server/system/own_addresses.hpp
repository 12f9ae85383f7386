// The addresses of this machine.
#pragma once

#include "core/net/address_set.hpp"

namespace spfblock::server {

/// The addresses of all network interfaces, up or down, as getifaddrs(3) tells
/// them now.  A link-local IPv6 address is in it without its interface.
/// @return the empty set if the kernel does not tell: the caller then goes
///         without
[[nodiscard]] net::address_set own_addresses();

} // namespace spfblock::server
