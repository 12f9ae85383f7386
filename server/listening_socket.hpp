// Sockets that listen for clients.
#pragma once

#include "core/net/endpoint.hpp"
#include "core/support/result.hpp"

#include <boost/asio/ip/tcp.hpp>

#include <vector>

namespace spfblock::server {

/// Listening descriptors for one endpoint, one for each serving thread.
/// Closes those that were not released.
class listening_sockets {
public:
  /// Opens `count` sockets that share the port by SO_REUSEPORT; a single one
  /// is exclusive, so that a second daemon on the same port is noticed.  An
  /// IPv6 socket takes IPv6 clients only.  Connections accepted from them have
  /// TCP_NODELAY and keepalive.
  /// @return errc::temporary if the port cannot be had: "cannot listen on
  ///         127.0.0.1:10060: Address already in use"
  static result<listening_sockets> open(const net::endpoint& on,
                                        unsigned count);

  ~listening_sockets();
  listening_sockets(const listening_sockets&) = delete;
  listening_sockets& operator=(const listening_sockets&) = delete;
  listening_sockets(listening_sockets&& other) noexcept;
  listening_sockets& operator=(listening_sockets&&) = delete;

  /// Where they listen: the port is the real one if 0 was asked for.
  [[nodiscard]] const boost::asio::ip::tcp::endpoint&
  endpoint() const noexcept {
    return endpoint_;
  }

  /// Gives the descriptors away.
  [[nodiscard]] std::vector<int> release() noexcept;

private:
  listening_sockets() = default;

  boost::asio::ip::tcp::endpoint endpoint_;
  std::vector<int> descriptors_;
};

} // namespace spfblock::server
