#include "server/system/asio_endpoint.hpp"

#include "server/system/interface.hpp"

#include <arpa/inet.h>
#include <cstring>
#include <netinet/in.h>

namespace spfblock::server {

namespace asio = boost::asio;

namespace {

asio::ip::address scoped_address(const net::scoped_endpoint& from) {
  const auto plain = asio_address(from.at.address);
  if (!plain.is_v6())
    return plain;
  auto scoped = plain.to_v6();
  scoped.scope_id(interface_number(from.interface));
  return scoped;
}

/// @param octets sixteen, in network order
template <class Octets>
net::ip_address ipv6_address(const Octets& octets) {
  net::uint128 number = 0;
  for (const unsigned char octet : octets)
    number = number << 8U | octet;
  return net::ip_address::ipv6(number);
}

} // namespace

asio::ip::address asio_address(const net::ip_address& address) {
  net::uint128 number = address.number();
  if (address.family() == net::family::ipv4)
    return asio::ip::address_v4{static_cast<std::uint32_t>(number)};
  asio::ip::address_v6::bytes_type octets{};
  for (auto at = octets.rbegin(); at != octets.rend(); ++at) {
    *at = static_cast<unsigned char>(number & 255U);
    number >>= 8U;
  }
  return asio::ip::address_v6{octets};
}

asio::ip::tcp::endpoint tcp_endpoint(const net::endpoint& from) {
  return {asio_address(from.address), from.port};
}

asio::ip::tcp::endpoint tcp_endpoint(const net::scoped_endpoint& from) {
  return {scoped_address(from), from.at.port};
}

asio::ip::udp::endpoint udp_endpoint(const net::scoped_endpoint& from) {
  return {scoped_address(from), from.at.port};
}

std::optional<net::ip_address> address_of(const sockaddr_storage& peer) {
  if (peer.ss_family == AF_INET) {
    sockaddr_in at;
    std::memcpy(&at, &peer, sizeof at);
    return net::ip_address::ipv4(ntohl(at.sin_addr.s_addr));
  }
  if (peer.ss_family == AF_INET6) {
    sockaddr_in6 at;
    std::memcpy(&at, &peer, sizeof at);
    return ipv6_address(at.sin6_addr.s6_addr);
  }
  return std::nullopt;
}

net::endpoint from_asio(const asio::ip::tcp::endpoint& from) {
  if (from.address().is_v4())
    return {net::ip_address::ipv4(from.address().to_v4().to_uint()),
            from.port()};
  return {ipv6_address(from.address().to_v6().to_bytes()), from.port()};
}

} // namespace spfblock::server
