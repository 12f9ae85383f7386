// Sockets that listen for clients.
#pragma once

#include "core/net/endpoint.hpp"
#include "core/support/result.hpp"

#include <boost/asio/ip/tcp.hpp>

#include <cstdint>
#include <vector>

namespace spfblock::server {

/// Who closes a listening socket, and with it the connections that nobody has
/// accepted yet.
enum class socket_owner : std::uint8_t {
  us,
  service_manager, ///< it keeps the socket, and them, for the next process
};

/// Listening descriptors for one endpoint, one for each serving thread or one
/// for all.
/// Closes those that were not released.
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

  /// Duplicates a socket that the service manager has opened: one descriptor,
  /// however many threads there are.  Connections are as with open().
  /// @return errc::temporary if there is no descriptor left
  static result<listening_sockets>
  duplicate(int socket, const boost::asio::ip::tcp::endpoint& on);

  ~listening_sockets();
  listening_sockets(const listening_sockets&) = delete;
  listening_sockets& operator=(const listening_sockets&) = delete;
  listening_sockets(listening_sockets&& other) noexcept;
  listening_sockets& operator=(listening_sockets&& other) noexcept;

  /// Where they listen: the port is the real one if 0 was asked for.
  [[nodiscard]] const boost::asio::ip::tcp::endpoint&
  endpoint() const noexcept {
    return endpoint_;
  }

  [[nodiscard]] socket_owner owner() const noexcept { return owner_; }

  /// Gives the descriptors away.
  [[nodiscard]] std::vector<int> release() noexcept;

private:
  listening_sockets() = default;

  boost::asio::ip::tcp::endpoint endpoint_;
  std::vector<int> descriptors_;
  socket_owner owner_ = socket_owner::us;
};

} // namespace spfblock::server
