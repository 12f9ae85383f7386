// Listening sockets that the service manager has opened for us.
#pragma once

#include "core/net/socket_address.hpp"
#include "core/support/result.hpp"
#include "server/system/descriptor.hpp"
#include "server/system/listening_socket.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace spfblock::server {

/// Socket activation, sd_listen_fds(3): sockets that outlive this process, so
/// that clients that connect while it is restarted wait instead of being
/// refused.
///
/// They are kept for the life of the process, those that no setting names too:
/// a reload may want them, and as long as they exist nobody can open the same
/// port anew.
class inherited_sockets {
public:
  struct socket {
    std::string name; ///< FileDescriptorName= of systemd.socket(5); any text
    descriptor number;
    net::socket_address on;
    bool both_families = false; ///< "[::]" with IPv4 clients, too

    /// Whether it listens there.
    [[nodiscard]] bool is_at(const std::optional<net::endpoint>& where) const {
      return where && on == *where;
    }
  };

  /// None.
  inherited_sockets() = default;

  /// Takes over what was handed to this process:
  /// service_manager::take_descriptors().
  static inherited_sockets take();

  /// The listening TCP and UNIX sockets among them.
  [[nodiscard]] const std::vector<socket>& all() const noexcept {
    return sockets_;
  }

  /// The UDP sockets among them, each at a port.
  [[nodiscard]] const std::vector<socket>& datagrams() const noexcept {
    return datagrams_;
  }

  /// The one of datagrams() that those to this address come to, as taking().
  [[nodiscard]] const socket*
  taking_datagrams(const net::socket_address& on) const;

  /// The names of what else was handed over, which is of no use here and was
  /// closed.
  [[nodiscard]] const std::vector<std::string>& useless() const noexcept {
    return useless_;
  }

  /// The one that listens there: the same address and port, no wildcard; or the
  /// same path.
  /// @return null if there is none; valid as long as this object
  [[nodiscard]] const socket* find(const net::socket_address& on) const;

  /// The one that clients of this address come to: find(), or one that listens
  /// at the port on every address.
  /// @return as find()
  [[nodiscard]] const socket* taking(const net::socket_address& on) const;

  /// One that listens at this port, wherever.
  /// @return as find()
  [[nodiscard]] const socket* with_port(std::uint16_t port) const;

  /// What listens there: the inherited socket, or else `count` newly opened
  /// ones.
  /// @return errc::temporary as listening_sockets::open() and duplicate()
  [[nodiscard]] result<listening_sockets> listen(const net::endpoint& on,
                                                 unsigned count) const;

private:
  template <class Condition>
  [[nodiscard]] const socket* first(Condition holds) const;

  std::vector<socket> sockets_;
  std::vector<socket> datagrams_;
  std::vector<std::string> useless_;
};

} // namespace spfblock::server
