// The domain names that a person may write into settings.
#pragma once

#include "core/dns/name.hpp"
#include "core/support/result.hpp"

#include <string_view>

namespace spfblock::config {

/// Reads a domain name more strictly than dns::name does: letters, digits,
/// hyphens and underscores only, at least two labels, and no IPv4 address.
/// A final dot is allowed.  U-labels become A-labels (dns::ascii_form()).
/// @return errc::malformed; the message ends with what was expected
[[nodiscard]] result<dns::name> parse_domain(std::string_view text);

} // namespace spfblock::config
