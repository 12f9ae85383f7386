// The domain that a sender's address names.
#pragma once

#include "core/dns/name.hpp"

#include <optional>
#include <string_view>

namespace spfblock::suggest {

/// The domain behind the last `@`, if it is one that could be listed: nothing
/// for the null reverse-path, an address literal, or octets that no domain has.
[[nodiscard]] std::optional<dns::name>
domain_of_sender(std::string_view mail_from);

} // namespace spfblock::suggest
