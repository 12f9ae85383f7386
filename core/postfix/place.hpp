// Where in the lists of an smtpd a door is asked.
#pragma once

#include "core/postfix/opinion.hpp"
#include "core/postfix/restrictions.hpp"
#include "core/postfix/setup.hpp"
#include "core/protocols/door.hpp"

#include <string>
#include <string_view>

namespace spfblock::postfix {

/// What a list has said before a restriction.
struct said_before {
  bool own_networks = false; ///< permit_mynetworks
  bool own_users = false;    ///< permit_sasl_authenticated
  bool own_mail = false;     ///< permit_auth_destination
  bool only_warns = false;   ///< warn_if_reject, of the next one
  std::string end; ///< not empty: what stands behind it is never asked

  /// It has said this, too.
  void note(const restriction& of);
};

/// Where a door is asked.
struct asking_place {
  const setup& postfix;
  const service& of;
  std::string_view list; ///< one of restriction_lists
  std::string where;     ///< as finding::where
  const restriction& by;
  const said_before& before;
};

/// Whether the restriction looks the client's own address up, rather than
/// names in the mail or their addresses.
[[nodiscard]] bool asks_for_client(const asking_place& at);

/// Whether mail from listed clients, and only such, is looked up there.
/// @param server how messages call what is asked
/// Source: postconf(5), SMTPD_ACCESS_README, Postfix smtpd_check.c.
void judge_place(const asking_place& at, protocols::door door,
                 const std::string& server, opinion& into);

} // namespace spfblock::postfix
