#include "server/system/listening_socket.hpp"

#include "server/system/asio_endpoint.hpp"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <string>
#include <sys/socket.h>
#include <unistd.h>
#include <utility>

namespace spfblock::server {

namespace asio = boost::asio;
using asio::ip::tcp;

namespace {

bool set(int descriptor, int level, int option, int value) {
  return setsockopt(descriptor, level, option, &value, sizeof value) == 0;
}

bool enable(int descriptor, int level, int option) {
  return set(descriptor, level, option, 1);
}

/// Lets sockets share a port, and the kernel its clients among them.  Linux
/// does so where BSD's option of that name leaves them to one of the sockets.
#ifdef SO_REUSEPORT_LB
constexpr int share_port = SO_REUSEPORT_LB; // FreeBSD
#else
constexpr int share_port = SO_REUSEPORT;
#endif

/// What accepted connections inherit: replies are sent at once, and a peer that
/// is gone without a word is noticed after eight minutes (tcp(7)).
bool set_for_clients(int descriptor) {
  constexpr int idle_s = 300;
  constexpr int between_probes_s = 60;
  constexpr int probes = 3;
  return enable(descriptor, IPPROTO_TCP, TCP_NODELAY) &&
         enable(descriptor, SOL_SOCKET, SO_KEEPALIVE) &&
         set(descriptor, IPPROTO_TCP, TCP_KEEPIDLE, idle_s) &&
         set(descriptor, IPPROTO_TCP, TCP_KEEPINTVL, between_probes_s) &&
         set(descriptor, IPPROTO_TCP, TCP_KEEPCNT, probes);
}

/// @return a listening descriptor, or -1 with errno set
int open_one(const tcp::endpoint& on, bool shared) {
  const int descriptor =
      ::socket(on.protocol().family(), SOCK_STREAM | SOCK_CLOEXEC, IPPROTO_TCP);
  if (descriptor < 0)
    return -1;
  const bool ipv6 = on.address().is_v6();
  if (enable(descriptor, SOL_SOCKET, SO_REUSEADDR) &&
      (!shared || enable(descriptor, SOL_SOCKET, share_port)) &&
      (!ipv6 || enable(descriptor, IPPROTO_IPV6, IPV6_V6ONLY)) &&
      set_for_clients(descriptor) &&
      ::bind(descriptor, on.data(), static_cast<socklen_t>(on.size())) == 0 &&
      ::listen(descriptor, SOMAXCONN) == 0)
    return descriptor;
  const int reason = errno;
  ::close(descriptor);
  errno = reason;
  return -1;
}

/// The endpoint that the kernel gave a socket.
tcp::endpoint real_endpoint(int descriptor, tcp::endpoint asked) {
  auto size = static_cast<socklen_t>(asked.capacity());
  if (::getsockname(descriptor, asked.data(), &size) == 0)
    asked.resize(size);
  return asked;
}

} // namespace

result<listening_sockets> listening_sockets::open(const net::endpoint& on,
                                                  unsigned count) {
  listening_sockets all;
  all.endpoint_ = tcp_endpoint(on);
  for (unsigned i = 0; i < count; ++i) {
    const int descriptor = open_one(all.endpoint_, count > 1);
    if (descriptor < 0)
      return failure{errc::temporary, "cannot listen on " + on.to_string() +
                                          ": " + std::strerror(errno)};
    all.descriptors_.push_back(descriptor);
    all.endpoint_ = real_endpoint(descriptor, all.endpoint_);
  }
  return all;
}

result<listening_sockets>
listening_sockets::duplicate(int socket, const tcp::endpoint& on) {
  const int descriptor = ::fcntl(socket, F_DUPFD_CLOEXEC, 0);
  if (descriptor < 0)
    return failure{errc::temporary, std::string{"cannot duplicate a socket: "} +
                                        std::strerror(errno)};
  set_for_clients(descriptor); // without that, clients are served all the same
  listening_sockets one;
  one.endpoint_ = on;
  one.descriptors_ = {descriptor};
  one.owner_ = socket_owner::service_manager;
  return one;
}

listening_sockets::~listening_sockets() {
  for (const int descriptor : descriptors_)
    ::close(descriptor);
}

listening_sockets::listening_sockets(listening_sockets&& other) noexcept
    : endpoint_{std::move(other.endpoint_)},
      descriptors_{std::exchange(other.descriptors_, {})},
      owner_{other.owner_} {}

listening_sockets&
listening_sockets::operator=(listening_sockets&& other) noexcept {
  std::swap(endpoint_, other.endpoint_);
  std::swap(descriptors_, other.descriptors_);
  std::swap(owner_, other.owner_);
  return *this;
}

std::vector<int> listening_sockets::release() noexcept {
  return std::exchange(descriptors_, {});
}

} // namespace spfblock::server
