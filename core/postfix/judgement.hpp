// Whether one restriction asks a door of ours, and rightly.
#pragma once

#include "core/config/settings.hpp"
#include "core/postfix/asking.hpp"
#include "core/postfix/finding.hpp"
#include "core/postfix/place.hpp"
#include "core/postfix/setup.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace spfblock::postfix {

/// A listener that is asked, and whether by its address or by a name.
struct asked_listener {
  const config::listener* at = nullptr; ///< null: none
  bool by_name = false;
  /// Its path is right for an smtpd in a chroot, and this one is in none, or
  /// the other way round.
  bool by_other_root = false;
};

/// The one of `listen` that a service asks.  Paths are relative to the queue
/// directory, which is the root of a service in a chroot.
[[nodiscard]] asked_listener
listener_of(const setup& postfix, const service& of, const asked_server& server,
            const std::vector<config::listener>& listen);

/// What is to be said of it; one that is good, where nothing is wrong.
/// @param found the door that `server` is
/// @pre found.at is not null
[[nodiscard]] std::vector<finding> judge(const asking_place& at,
                                         const asked_server& server,
                                         const asked_listener& found);

/// What is to be said of a DNSBL that the door dnsbl is: of
/// `reject_rbl_client` and the like, as `at.by` has it.
[[nodiscard]] std::vector<finding> judge_zone(const asking_place& at);

/// What is to be said of an element of postscreen_dnsbl_sites that is a door.
/// @param where as finding::where
[[nodiscard]] std::vector<finding> judge_site(const setup& postfix,
                                              const service& postscreen,
                                              const std::string& where,
                                              std::string_view site);

/// The door of that zone; null: none.
[[nodiscard]] const config::listener*
listener_of_zone(std::string_view zone,
                 const std::vector<config::listener>& listen);

/// How messages call a server: "127.0.0.1:10060", "unix:/run/x".
[[nodiscard]] std::string text_of(const asked_server& of);

} // namespace spfblock::postfix
