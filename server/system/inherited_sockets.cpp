#include "server/system/inherited_sockets.hpp"

#include "server/system/asio_endpoint.hpp"

#include <algorithm>
#include <cstdlib>
#include <sys/socket.h>
#include <systemd/sd-daemon.h>
#include <utility>

namespace spfblock::server {

using boost::asio::ip::tcp;

namespace {

/// Where a socket is bound; its family must be an Internet one.
tcp::endpoint endpoint_of(int number) {
  tcp::endpoint on;
  auto size = static_cast<socklen_t>(on.capacity());
  if (::getsockname(number, on.data(), &size) == 0)
    on.resize(size);
  return on;
}

bool listens_for_tcp(int number) {
  return sd_is_socket_inet(number, AF_UNSPEC, SOCK_STREAM, 1, 0) > 0;
}

} // namespace

inherited_sockets inherited_sockets::take() {
  inherited_sockets taken;
  char** names = nullptr;
  const int count = sd_listen_fds_with_names(1, &names);
  for (int i = 0; i < count; ++i) {
    char* given = names == nullptr ? nullptr : names[i];
    std::string name = given == nullptr ? "unknown" : given;
    std::free(given);
    descriptor number{SD_LISTEN_FDS_START + i};
    if (listens_for_tcp(number.number())) {
      const tcp::endpoint on = endpoint_of(number.number());
      taken.sockets_.push_back({std::move(name), std::move(number), on});
    } else {
      taken.useless_.push_back(std::move(name));
    }
  }
  std::free(names);
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
