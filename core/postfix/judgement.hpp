// Whether one restriction asks a door of ours, and rightly.
#pragma once

#include "core/config/settings.hpp"
#include "core/postfix/asking.hpp"
#include "core/postfix/finding.hpp"
#include "core/postfix/restrictions.hpp"
#include "core/postfix/setup.hpp"

#include <string>
#include <vector>

namespace spfblock::postfix {

/// A listener that is asked, and whether by its address or by a name.
struct asked_listener {
  const config::listener* at = nullptr; ///< null: none
  bool by_name = false;
};

/// The one of `listen` that a service asks.  Paths are relative to the queue
/// directory, which is the root of a service in a chroot.
[[nodiscard]] asked_listener
listener_of(const setup& postfix, const service& of, const asked_server& server,
            const std::vector<config::listener>& listen);

/// What a list has said before a restriction.
struct said_before {
  bool own_networks = false; ///< permit_mynetworks
  bool own_users = false;    ///< permit_sasl_authenticated
  bool only_warns = false;   ///< warn_if_reject, of the next one
  std::string end; ///< not empty: what stands behind it is never asked

  /// It has said this, too.
  void note(const restriction& of);
};

/// Where a door is asked.
struct asking_place {
  const setup& postfix;
  const service& of;
  std::string where; ///< as finding::where
  const restriction& by;
  const said_before& before;
};

/// What is to be said of it; one that is good, where nothing is wrong.
/// @param found the door that `server` is
/// @pre found.at is not null
[[nodiscard]] std::vector<finding> judge(const asking_place& at,
                                         const asked_server& server,
                                         const asked_listener& found);

/// How messages call a server: "127.0.0.1:10060", "unix:/run/x".
[[nodiscard]] std::string text_of(const asked_server& of);

} // namespace spfblock::postfix
