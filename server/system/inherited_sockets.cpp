#include "server/system/inherited_sockets.hpp"

#include "server/system/asio_endpoint.hpp"
#include "server/system/service_manager.hpp"

#include <algorithm>
#include <optional>
#include <sys/socket.h>
#include <utility>

namespace spfblock::server {

using boost::asio::ip::tcp;

namespace {

/// @return 0 of what is no socket
int option_of(int number, int option) {
  int value = 0;
  socklen_t size = sizeof value;
  return ::getsockopt(number, SOL_SOCKET, option, &value, &size) == 0 ? value
                                                                      : 0;
}

/// Where a TCP socket listens; nothing of any other descriptor.
std::optional<tcp::endpoint> where_listens(int number) {
  tcp::endpoint on;
  auto size = static_cast<socklen_t>(on.capacity());
  if (option_of(number, SO_TYPE) != SOCK_STREAM ||
      option_of(number, SO_ACCEPTCONN) == 0 ||
      ::getsockname(number, on.data(), &size) != 0)
    return std::nullopt;
  const auto family = on.data()->sa_family;
  if (family != AF_INET && family != AF_INET6)
    return std::nullopt;
  on.resize(size);
  return on;
}

} // namespace

inherited_sockets inherited_sockets::take() {
  inherited_sockets taken;
  for (auto& [name, number] : service_manager::take_descriptors()) {
    if (const auto on = where_listens(number.number()))
      taken.sockets_.push_back({std::move(name), std::move(number), *on});
    else
      taken.useless_.push_back(std::move(name));
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

result<listening_sockets> inherited_sockets::listen(const net::endpoint& on,
                                                    unsigned count) const {
  if (const socket* inherited = find(on))
    return listening_sockets::duplicate(inherited->number.number(),
                                        inherited->on);
  return listening_sockets::open(on, count);
}

} // namespace spfblock::server
