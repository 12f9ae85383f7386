// What Postfix asks a server for: a table or a policy service, as main.cf names
// it.
#pragma once

#include "core/protocols/door.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace spfblock::postfix {

/// An option of a policy service: `name=value`.
struct service_option {
  std::string name;
  std::string value; ///< without braces
};

/// A server that is asked over a connection.
struct asked_server {
  protocols::door door;
  std::string host;                  ///< without brackets; of TCP
  std::optional<std::uint16_t> port; ///< of TCP; nothing where it is a name
  std::string path;                  ///< of a UNIX socket: not empty
  bool is_proxied = false;           ///< through proxymap(8)
  std::vector<service_option> options;
  /// What stands where an option should: smtpd does not start then.
  std::string no_option;
  /// A socketmap without its name, as written.
  std::string lacks_name;
};

/// The servers that a table asks: `tcp:HOST:PORT`,
/// `socketmap:inet:HOST:PORT:NAME`, `socketmap:unix:PATH:NAME`, within
/// `proxy:`, `pipemap:{...}` and `unionmap:{...}`, too.
/// @return none for a table of any other kind
[[nodiscard]] std::vector<asked_server>
servers_of_table(std::string_view table);

/// The server of check_policy_service: `inet:HOST:PORT`, `unix:PATH`,
/// `local:PATH`, or one of them and options in braces.
/// @return nothing for what is none
[[nodiscard]] std::optional<asked_server> policy_server(std::string_view text);

} // namespace spfblock::postfix
