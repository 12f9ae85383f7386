#include "server/system/inherited_sockets.hpp"

#include "server/system/asio_endpoint.hpp"
#include "server/system/service_manager.hpp"

#include <algorithm>
#include <netinet/in.h>
#include <optional>
#include <sys/socket.h>
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

/// Where a TCP socket listens; nothing of any other descriptor.
std::optional<tcp::endpoint> where_listens(int number) {
  tcp::endpoint on;
  auto size = static_cast<socklen_t>(on.capacity());
  if (option_of(number, SOL_SOCKET, SO_TYPE) != SOCK_STREAM ||
      option_of(number, SOL_SOCKET, SO_ACCEPTCONN) == 0 ||
      ::getsockname(number, on.data(), &size) != 0)
    return std::nullopt;
  const auto family = on.data()->sa_family;
  if (family != AF_INET && family != AF_INET6)
    return std::nullopt;
  on.resize(size);
  return on;
}

/// @param number listens on `on`
bool takes_both_families(int number, const tcp::endpoint& on) {
  return on.address().is_v6() && on.address().is_unspecified() &&
         option_of(number, IPPROTO_IPV6, IPV6_V6ONLY) == 0;
}

/// Whether it listens on all addresses, that of the endpoint among them.
bool takes_all_at(const inherited_sockets::socket& socket,
                  const tcp::endpoint& on) {
  return socket.on.address().is_unspecified() &&
         socket.on.port() == on.port() &&
         (socket.both_families ||
          socket.on.address().is_v4() == on.address().is_v4());
}

} // namespace

inherited_sockets inherited_sockets::take() {
  inherited_sockets taken;
  for (auto& [name, number] : service_manager::take_descriptors()) {
    if (const auto on = where_listens(number.number())) {
      const bool both = takes_both_families(number.number(), *on);
      taken.sockets_.push_back({std::move(name), std::move(number), *on, both});
    } else {
      taken.useless_.push_back(std::move(name));
    }
  }
  return taken;
}

const inherited_sockets::socket*
inherited_sockets::find(const net::endpoint& on) const {
  const auto found = std::find_if(
      sockets_.begin(), sockets_.end(),
      [wanted = tcp_endpoint(on)](const auto& s) { return s.on == wanted; });
  return found == sockets_.end() ? nullptr : &*found;
}

const inherited_sockets::socket*
inherited_sockets::taking(const net::endpoint& on) const {
  if (const socket* same = find(on))
    return same;
  const auto found = std::find_if(sockets_.begin(), sockets_.end(),
                                  [wanted = tcp_endpoint(on)](const auto& s) {
                                    return takes_all_at(s, wanted);
                                  });
  return found == sockets_.end() ? nullptr : &*found;
}

const inherited_sockets::socket*
inherited_sockets::with_port(std::uint16_t port) const {
  const auto found =
      std::find_if(sockets_.begin(), sockets_.end(),
                   [port](const auto& s) { return s.on.port() == port; });
  return found == sockets_.end() ? nullptr : &*found;
}

result<listening_sockets> inherited_sockets::listen(const net::endpoint& on,
                                                    unsigned count) const {
  if (const socket* inherited = find(on))
    return listening_sockets::duplicate(inherited->number.number(),
                                        inherited->on);
  return listening_sockets::open(on, count);
}

} // namespace spfblock::server
