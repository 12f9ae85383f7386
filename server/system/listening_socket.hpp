// Sockets that listen for clients.
#pragma once

#include "core/net/socket_address.hpp"
#include "core/support/result.hpp"
#include "server/system/descriptor.hpp"
#include "server/system/socket_file.hpp"

#include <cstdint>
#include <optional>
#include <sys/types.h>
#include <utility>
#include <vector>

namespace spfblock::server {

/// Who closes a listening socket, and with it the connections that nobody has
/// accepted yet.
enum class socket_owner : std::uint8_t {
  us,
  service_manager, ///< it keeps the socket, and them, for the next process
};

/// Listening descriptors for one address, one for each serving thread or one
/// for all; and the file of a UNIX socket.  Where a port takes datagrams too,
/// the sockets for those, in the same way.
class listening_sockets {
public:
  /// Opens `count` sockets that share the port by SO_REUSEPORT or FreeBSD's
  /// SO_REUSEPORT_LB, and the kernel its clients among them; a single one
  /// is exclusive, so that a second daemon on the same port is noticed.  An
  /// IPv6 socket takes IPv6 clients only.  Connections accepted from them have
  /// TCP_NODELAY and keepalive.
  /// @return errc::temporary if the port cannot be had: "cannot listen on
  ///         127.0.0.1:10060: Address already in use"
  static result<listening_sockets> open(const net::endpoint& on,
                                        unsigned count);

  /// Opens one UNIX socket, for all threads: socket_file::bind().
  /// @return as the other open()
  static result<listening_sockets> open(const std::string& path, mode_t mode);

  /// Duplicates a socket that the service manager has opened: one descriptor,
  /// however many threads there are.  Connections are as with open().
  /// @return errc::temporary if there is no descriptor left
  static result<listening_sockets> duplicate(int socket,
                                             const net::socket_address& on);

  /// Opens as many sockets that take datagrams at the same address and port.
  /// @return what is wrong, if it is: as open()
  /// @pre it is a TCP port
  [[nodiscard]] std::optional<failure> open_datagrams(unsigned count);

  /// Takes them from a duplicate of a socket that the service manager has
  /// opened, as duplicate() does.
  /// @return what is wrong, if it is
  [[nodiscard]] std::optional<failure> duplicate_datagrams(int socket);

  /// Where they listen: the port is the real one if 0 was asked for.
  [[nodiscard]] const net::socket_address& address() const noexcept {
    return address_;
  }

  [[nodiscard]] socket_owner owner() const noexcept { return owner_; }

  /// Gives the descriptors away.
  [[nodiscard]] std::vector<descriptor> release() noexcept {
    return std::exchange(descriptors_, {});
  }

  /// Gives away those that take datagrams; none if they were not opened.
  [[nodiscard]] std::vector<descriptor> release_datagrams() noexcept {
    return std::exchange(datagrams_, {});
  }

  /// Gives away the file of a UNIX socket that was opened; none of any other.
  [[nodiscard]] socket_file release_file() noexcept { return std::move(file_); }

private:
  listening_sockets() = default;

  net::socket_address address_;
  std::vector<descriptor> descriptors_;
  std::vector<descriptor> datagrams_;
  socket_file file_;
  socket_owner owner_ = socket_owner::us;
};

} // namespace spfblock::server
