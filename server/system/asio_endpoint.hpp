// Our endpoints as Asio's.
#pragma once

#include "core/net/scoped_endpoint.hpp"

#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ip/udp.hpp>

#include <optional>
#include <sys/socket.h>

namespace spfblock::server {

[[nodiscard]] boost::asio::ip::address
asio_address(const net::ip_address& address);

[[nodiscard]] boost::asio::ip::tcp::endpoint
tcp_endpoint(const net::endpoint& from);

/// With the scope id of its interface (if_nametoindex(3)).  Without one where
/// there is no such interface, so that connect(2) fails.
[[nodiscard]] boost::asio::ip::tcp::endpoint
tcp_endpoint(const net::scoped_endpoint& from);
[[nodiscard]] boost::asio::ip::udp::endpoint
udp_endpoint(const net::scoped_endpoint& from);

/// The address of a peer as the kernel tells it; nothing of no IP.
[[nodiscard]] std::optional<net::ip_address>
address_of(const sockaddr_storage& peer);

/// Without the scope of the address.
[[nodiscard]] net::endpoint
from_asio(const boost::asio::ip::tcp::endpoint& from);

} // namespace spfblock::server
