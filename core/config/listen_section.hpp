// `listen` of a configuration: where clients ask, and in which protocol.
#pragma once

#include "core/config/settings.hpp"
#include "core/json/json_value.hpp"

#include <optional>
#include <string_view>
#include <vector>

namespace spfblock::config {

/// What a message says of an address of `listen`.
inline constexpr std::string_view expected_address =
    R"(an address and a port, as in "127.0.0.1:10060" or "[::1]:10060", )"
    R"(or "unix:/PATH")";

/// Reads an array of "ADDRESS:PORT" and "unix:/PATH", where tcp_table(5) is
/// spoken, and of objects that name the door:
/// {"door": DOOR, "at": ADDRESS, "mode": "0660"}; only a UNIX socket has a
/// mode.  The door dnsbl has a "zone", may have "clients" (loopback, where it
/// has none), and is at no UNIX socket.
///
/// No address stands there twice, whatever the doors, and the array is not
/// empty; what is wrong is a fault at its place.
/// @param into what is read, in order; nothing where all of it was wrong
void read_listen(const json::json_value& value, std::vector<listener>& into);

/// Reads the name under which the door dnsbl is asked for addresses.
[[nodiscard]] std::optional<dns::name> read_zone(const json::json_value& value);

/// Reads a text of net::socket_address.
[[nodiscard]] std::optional<net::socket_address>
read_socket_address(const json::json_value& value);

} // namespace spfblock::config
