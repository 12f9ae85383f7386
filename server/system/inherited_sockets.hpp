// Listening sockets that the service manager has opened for us.
#pragma once

#include "core/net/endpoint.hpp"
#include "core/support/result.hpp"
#include "server/system/descriptor.hpp"
#include "server/system/listening_socket.hpp"

#include <boost/asio/ip/tcp.hpp>

#include <cstdint>
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
    boost::asio::ip::tcp::endpoint on;
    bool both_families = false; ///< "[::]" with IPv4 clients, too
  };

  /// None.
  inherited_sockets() = default;

  /// Takes over what was handed to this process:
  /// service_manager::take_descriptors().
  static inherited_sockets take();

  /// The listening TCP sockets among them.
  [[nodiscard]] const std::vector<socket>& all() const noexcept {
    return sockets_;
  }

  /// The names of what else was handed over, which is of no use here and was
  /// closed.
  [[nodiscard]] const std::vector<std::string>& useless() const noexcept {
    return useless_;
  }

  /// The one that listens there: the same address and port, no wildcard.
  /// @return null if there is none; valid as long as this object
  [[nodiscard]] const socket* find(const net::endpoint& on) const;

  /// The one that clients of this endpoint come to: find(), or one that listens
  /// at the port on every address.
  /// @return as find()
  [[nodiscard]] const socket* taking(const net::endpoint& on) const;

  /// One that listens at this port, wherever.
  /// @return as find()
  [[nodiscard]] const socket* with_port(std::uint16_t port) const;

  /// What listens there: the inherited socket, or else `count` newly opened
  /// ones.
  /// @return errc::temporary as listening_sockets::open() and duplicate()
  [[nodiscard]] result<listening_sockets> listen(const net::endpoint& on,
                                                 unsigned count) const;

private:
  std::vector<socket> sockets_;
  std::vector<std::string> useless_;
};

} // namespace spfblock::server
