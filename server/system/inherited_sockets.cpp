#include "server/system/inherited_sockets.hpp"

#include "server/system/asio_endpoint.hpp"
#include "server/system/service_manager.hpp"

#include <boost/asio/ip/tcp.hpp>

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <netinet/in.h>
#include <optional>
#include <sys/socket.h>
#include <sys/un.h>
#include <utility>

namespace spfblock::server {

using boost::asio::ip::tcp;

namespace {

/// @return 0 of what is no socket
int option_of(int number, int level, int option) {
  int value = 0;
  socklen_t size = sizeof value;
  return ::getsockopt(number, level, option, &value, &size) == 0 ? value : 0;
}

/// The path of a UNIX socket; nothing of one that has no file.
std::optional<net::socket_address> path_of(const sockaddr_storage& at,
                                           std::size_t size) {
  sockaddr_un named{};
  std::memcpy(&named, &at, std::min(size, sizeof named));
  const std::size_t length =
      size < offsetof(sockaddr_un, sun_path)
          ? 0
          : ::strnlen(named.sun_path, size - offsetof(sockaddr_un, sun_path));
  if (length == 0)
    return std::nullopt;
  return net::socket_address::at_path(std::string(named.sun_path, length));
}

/// Where a socket of any kind is bound; nothing of any other descriptor.
std::optional<net::socket_address> where_bound(int number) {
  sockaddr_storage at{};
  socklen_t size = sizeof at;
  if (::getsockname(number, reinterpret_cast<sockaddr*>(&at), &size) != 0)
    return std::nullopt;
  if (at.ss_family == AF_UNIX)
    return path_of(at, size);
  if (at.ss_family != AF_INET && at.ss_family != AF_INET6)
    return std::nullopt;
  tcp::endpoint on;
  std::memcpy(on.data(), &at, std::min<std::size_t>(size, on.capacity()));
  on.resize(size);
  return from_asio(on);
}

/// Where a TCP or UNIX socket listens; nothing of any other descriptor.
std::optional<net::socket_address> where_listens(int number) {
  if (option_of(number, SOL_SOCKET, SO_TYPE) != SOCK_STREAM ||
      option_of(number, SOL_SOCKET, SO_ACCEPTCONN) == 0)
    return std::nullopt;
  return where_bound(number);
}

/// The port of a UDP socket; nothing of any other descriptor.
std::optional<net::socket_address> where_datagrams_come(int number) {
  if (option_of(number, SOL_SOCKET, SO_TYPE) != SOCK_DGRAM)
    return std::nullopt;
  auto on = where_bound(number);
  if (!on || !on->tcp() || on->tcp()->port == 0)
    return std::nullopt;
  return on;
}

bool is_wildcard(const net::socket_address& on) {
  return on.tcp() && on.tcp()->address.number() == 0;
}

/// @param number listens on `on`
bool takes_both_families(int number, const net::socket_address& on) {
  return is_wildcard(on) && on.tcp()->address.family() == net::family::ipv6 &&
         option_of(number, IPPROTO_IPV6, IPV6_V6ONLY) == 0;
}

/// Whether it listens on all addresses, that of the endpoint among them.
bool takes_all_at(const inherited_sockets::socket& socket,
                  const net::endpoint& on) {
  return is_wildcard(socket.on) && socket.on.tcp()->port == on.port &&
         (socket.both_families ||
          socket.on.tcp()->address.family() == on.address.family());
}

} // namespace

inherited_sockets inherited_sockets::take() {
  inherited_sockets taken;
  for (auto& [name, number] : service_manager::take_descriptors()) {
    const auto stream = where_listens(number.number());
    const auto on = stream ? stream : where_datagrams_come(number.number());
    if (on) {
      const bool both = takes_both_families(number.number(), *on);
      (stream ? taken.sockets_ : taken.datagrams_)
          .push_back({std::move(name), std::move(number), *on, both});
    } else {
      taken.useless_.push_back(std::move(name));
    }
  }
  return taken;
}

/// @return null if there is none
template <class Condition>
const inherited_sockets::socket*
inherited_sockets::first(Condition holds) const {
  const auto found = std::find_if(sockets_.begin(), sockets_.end(), holds);
  return found == sockets_.end() ? nullptr : &*found;
}

const inherited_sockets::socket*
inherited_sockets::find(const net::socket_address& on) const {
  return first([&on](const socket& each) { return each.on == on; });
}

const inherited_sockets::socket*
inherited_sockets::taking(const net::socket_address& on) const {
  const socket* const same = find(on);
  if (same || !on.tcp())
    return same;
  return first(
      [&on](const socket& each) { return takes_all_at(each, *on.tcp()); });
}

const inherited_sockets::socket*
inherited_sockets::taking_datagrams(const net::socket_address& on) const {
  const socket* for_all = nullptr;
  for (const socket& each : datagrams_) {
    if (each.on == on)
      return &each;
    if (!for_all && on.tcp() && takes_all_at(each, *on.tcp()))
      for_all = &each;
  }
  return for_all;
}

const inherited_sockets::socket*
inherited_sockets::with_port(std::uint16_t port) const {
  return first([port](const socket& each) {
    return each.on.tcp() && each.on.tcp()->port == port;
  });
}

result<listening_sockets> inherited_sockets::listen(const net::endpoint& on,
                                                    unsigned count) const {
  if (const socket* inherited = find(on))
    return listening_sockets::duplicate(inherited->number.number(),
                                        inherited->on);
  return listening_sockets::open(on, count);
}

} // namespace spfblock::server
