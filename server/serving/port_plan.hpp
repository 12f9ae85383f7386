// Which ports are served, and by which sockets.
#pragma once

#include "core/config/settings.hpp"
#include "core/protocols/spoken.hpp"
#include "server/system/inherited_sockets.hpp"

#include <string>
#include <vector>

namespace spfblock::server {

/// A port, or a UNIX socket, that is to be served.
struct planned_port {
  protocols::spoken speaks = protocols::door::tcp_table;
  net::socket_address where;
  unsigned mode =
      config::default_socket_mode; ///< of a UNIX socket to be opened
  /// The socket that serves it; null: one is to be opened.
  const inherited_sockets::socket* handed_over = nullptr;
  /// The one that takes its datagrams, where the door is dnsbl; null: one is to
  /// be opened.
  const inherited_sockets::socket* datagrams = nullptr;
  /// `listen` names it, or its socket has the name of a door.
  bool asked_for = true;
  /// Addresses of `listen` whose clients come to it: it listens on all.
  std::vector<net::socket_address> stands_for;

  /// Whether the same sockets serve both.
  [[nodiscard]] bool same_as(const planned_port& other) const {
    return where == other.where && handed_over == other.handed_over &&
           datagrams == other.datagrams &&
           (speaks.list == nullptr) == (other.speaks.list == nullptr);
  }

  /// Whether `listen` calls both the same.
  [[nodiscard]] bool named_as(const planned_port& other) const {
    return asked_for == other.asked_for && stands_for == other.stands_for;
  }
};

/// What is spoken at a socket that was handed over and that `listen` does not
/// name: the door of which it has the name (FileDescriptorName=), or tcp_table.
/// Not dnsbl: its zone stands in `listen` only.
[[nodiscard]] protocols::door door_of(const inherited_sockets::socket& of);

/// The ports of `listen`, each by the socket that was handed over for it, or
/// for its port on every address; and every other socket that was handed over
/// but those of `admin` and `metrics.listen`, by door_of(): a client that
/// connects to a socket which nobody answers would hang for minutes.  Datagrams
/// come to the ports of the door dnsbl alone.
[[nodiscard]] std::vector<planned_port>
plan_ports(const inherited_sockets& inherited,
           const config::settings& settings);

/// The names of the sockets for datagrams that no port of the plan has.
[[nodiscard]] std::vector<std::string>
idle_datagrams(const inherited_sockets& inherited,
               const std::vector<planned_port>& plan);

} // namespace spfblock::server
