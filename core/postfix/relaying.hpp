// Whether listed clients may send mail to anywhere.
#pragma once

#include "core/config/settings.hpp"
#include "core/postfix/finding.hpp"
#include "core/postfix/setup.hpp"

#include <vector>

namespace spfblock::postfix {

/// An action that lets mail in (OK, a restriction class that permits) ends the
/// list in which its door is asked.  Where that comes before what keeps
/// strangers from relaying, and the other list of the two that can does not
/// either, a listed client sends mail to anywhere.
/// Source: SMTPD_RELAY_README, postconf(5) smtpd_relay_restrictions.
[[nodiscard]] std::vector<finding>
judge_relaying(const setup& postfix, const service& of,
               const config::settings& settings);

} // namespace spfblock::postfix
