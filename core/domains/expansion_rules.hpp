// How the server would expand a domain, whatever it is in the configuration.
#pragma once

#include "core/config/settings.hpp"
#include "core/dns/name.hpp"
#include "core/spf/rules.hpp"

namespace spfblock::domains {

/// The rules by which the server expands `domain`: as it is listed; or else as
/// it is allowed, by name or as a provider.  One that is neither is expanded as
/// it would be if it were listed, with the settings of the file.
///
/// Linear in the number of domains.
[[nodiscard]] spf::rules rules_for(const dns::name& domain,
                                   const config::settings& by);

} // namespace spfblock::domains
