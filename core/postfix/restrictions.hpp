// What stands in the restriction lists of an smtpd.
#pragma once

#include "core/postfix/asking.hpp"
#include "core/postfix/setup.hpp"

#include <array>
#include <string>
#include <string_view>
#include <vector>

namespace spfblock::postfix {

/// The lists, in the order in which smtpd goes through them.
inline constexpr std::array<const char*, 8> restriction_lists{
    "smtpd_client_restrictions",      "smtpd_helo_restrictions",
    "smtpd_sender_restrictions",      "smtpd_relay_restrictions",
    "smtpd_recipient_restrictions",   "smtpd_data_restrictions",
    "smtpd_end_of_data_restrictions", "smtpd_etrn_restrictions"};

/// A restriction of a list.
struct restriction {
  std::string name;          ///< in lower case; empty of a table alone
  std::string_view argument; ///< a table or a service, where it has one
};

/// The restrictions of a list in their order; those of restriction classes in
/// the place of the class.
/// @return valid as long as `postfix`
[[nodiscard]] std::vector<restriction> restrictions_of(const setup& postfix,
                                                       const service& of,
                                                       const std::string& list);

/// The restriction classes that no list leads to: only what a table says does.
/// @return valid as long as `postfix`
[[nodiscard]] std::vector<std::string_view>
classes_without_list(const setup& postfix, const service& of);

/// The servers that a restriction asks.
[[nodiscard]] std::vector<asked_server> servers_of(const restriction& of);

/// Whether a restriction of that name, in lower case, says what it asks.
[[nodiscard]] bool has_argument(std::string_view name);

/// Whether smtpd takes it for a restriction that it does not know, as what was
/// meant for an option of a policy service: it answers 451 to all mail then.
[[nodiscard]] bool is_option_astray(const restriction& of);

} // namespace spfblock::postfix
