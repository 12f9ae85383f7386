// Files of etc/ that are part of the program.
#pragma once

#include <string_view>

namespace spfblock::config {

extern const std::string_view providers_text; ///< etc/providers.txt
extern const std::string_view
    provider_networks_text; ///< providers-networks.txt

} // namespace spfblock::config
