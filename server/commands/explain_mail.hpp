// `spfblock explain --sender --helo`.
#pragma once

#include "server/exit_status.hpp"

#include <string>

namespace spfblock::server {

/// Asks the DNS now whether the domain that a mail claims authorises the client
/// for it, as the policy door would, and prints the steps.
/// @param sender of MAIL FROM; empty: postmaster at HELO
/// @return done if it passes, unavailable after a temperror
exit_status explain_mail(const std::string& configuration_file,
                         const std::string& address, const std::string& sender,
                         const std::string& helo);

} // namespace spfblock::server
