// Which ports are served, and by which sockets.
#pragma once

#include "core/config/settings.hpp"
#include "server/system/inherited_sockets.hpp"

#include <vector>

namespace spfblock::server {

/// A port that is to be served.
struct planned_port {
  protocols::door door = protocols::door::tcp_table;
  net::endpoint where;
  /// The socket that serves it; null: one is to be opened.
  const inherited_sockets::socket* handed_over = nullptr;
  bool in_listen = true;
  /// Addresses of `listen` whose clients come to it: it listens on all.
  std::vector<net::endpoint> stands_for;

  /// Whether what serves the one serves the other.
  [[nodiscard]] bool same_as(const planned_port& other) const {
    return door == other.door && where == other.where &&
           handed_over == other.handed_over;
  }

  /// Whether `listen` calls both the same.
  [[nodiscard]] bool named_as(const planned_port& other) const {
    return in_listen == other.in_listen && stands_for == other.stands_for;
  }
};

/// The ports of `listen`, each by the socket that was handed over for it, or
/// for its port on every address; and every other socket that was handed over
/// but those of `admin` and `metrics.listen`: a client that connects to a
/// socket which nobody answers would hang for minutes.
[[nodiscard]] std::vector<planned_port>
plan_ports(const inherited_sockets& inherited,
           const config::settings& settings);

} // namespace spfblock::server
