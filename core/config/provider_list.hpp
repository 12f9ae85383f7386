// The providers that are shipped with the program: shared senders, of whom
// honest mail comes as well as spam.  docs/providers.md
#pragma once

#include "core/dns/name.hpp"
#include "core/net/address_set.hpp"
#include "core/support/result.hpp"

#include <map>
#include <string_view>
#include <vector>

namespace spfblock::config {

/// The names of etc/providers.txt.  Ascending, no name twice.
[[nodiscard]] const std::vector<dns::name>& shipped_providers();

using networks_by_name = std::map<dns::name, net::address_set>;

/// The networks that etc/providers-networks.txt gives for a name: those that
/// hold until its record is known; empty if there are none.
[[nodiscard]] const net::address_set& shipped_networks(const dns::name& of);

/// Reads lines of a name and networks, parted by blanks.  Blank lines and
/// comments from `#` to the end of a line are passed over; lines of the same
/// name add up.
/// @return errc::malformed for a line that is no such thing, with its number as
///         the offset
[[nodiscard]] result<networks_by_name>
parse_provider_networks(std::string_view text);

} // namespace spfblock::config
