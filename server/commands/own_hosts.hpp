// Whose mail is this network's own.
#pragma once

#include "core/config/settings.hpp"
#include "core/net/address_set.hpp"

namespace spfblock::server {

/// The hosts whose mail in the log says nothing of others: this machine, what
/// is in `allow.networks`, and, unless `allow.reserved` is off, the space that
/// is nobody's on the Internet (net::special_purpose_blocks()).
[[nodiscard]] net::address_set own_hosts(const config::settings& of);

} // namespace spfblock::server
