// Whether a Postfix asks this server, and rightly.
#pragma once

#include "core/config/settings.hpp"
#include "core/postfix/finding.hpp"
#include "core/postfix/setup.hpp"
#include "core/postfix/socket_way.hpp"

#include <vector>

namespace spfblock::postfix {

/// What asks the doors of `settings.listen`, in the order of master.cf, and
/// what is wrong with it; nothing twice.
///
/// Looks at the restrictions of each smtpd, restriction classes followed, at
/// tables that are asked for something else, at postscreen and at the number of
/// processes; and, on a machine, at UNIX sockets.
/// @param on where Postfix runs; null: not to be looked at
/// Source: postconf(5), master(5), SMTPD_POLICY_README, Postfix smtpd.c,
/// smtpd_check.c.
[[nodiscard]] std::vector<finding> wiring_of(const setup& postfix,
                                             const config::settings& settings,
                                             const machine* on = nullptr);

} // namespace spfblock::postfix
