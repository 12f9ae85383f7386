#include "server/system/listening_socket.hpp"

#include "core/support/contract.hpp"
#include "server/system/asio_endpoint.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <string>
#include <string_view>
#include <sys/socket.h>
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

/// @return a listening descriptor, or none, with errno set
descriptor open_one(const tcp::endpoint& on, bool shared) {
  descriptor made{::socket(on.protocol().family(), SOCK_STREAM | SOCK_CLOEXEC,
                           IPPROTO_TCP)};
  const int number = made.number();
  const bool ipv6 = on.address().is_v6();
  if (enable(number, SOL_SOCKET, SO_REUSEADDR) &&
      (!shared || enable(number, SOL_SOCKET, share_port)) &&
      (!ipv6 || enable(number, IPPROTO_IPV6, IPV6_V6ONLY)) &&
      set_for_clients(number) &&
      ::bind(number, on.data(), static_cast<socklen_t>(on.size())) == 0 &&
      ::listen(number, SOMAXCONN) == 0)
    return made;
  const int reason = errno;
  made = descriptor{};
  errno = reason;
  return made;
}

/// Lets a socket at every address tell which one a datagram came to.
bool tell_destination(int number, bool ipv6) {
  if (ipv6)
    return enable(number, IPPROTO_IPV6, IPV6_RECVPKTINFO);
#ifdef IP_PKTINFO
  return enable(number, IPPROTO_IP, IP_PKTINFO);
#else
  return true;
#endif
}

/// The datagrams that are answered here fit any path: they need no number by
/// which fragments are told apart, which the kernel takes time to draw.
void never_fragment(int number, bool ipv6) {
#ifdef IP_PMTUDISC_PROBE
  if (!ipv6)
    set(number, IPPROTO_IP, IP_MTU_DISCOVER, IP_PMTUDISC_PROBE);
#else
  static_cast<void>(number);
  static_cast<void>(ipv6);
#endif
}

/// @return a descriptor that takes datagrams, or none, with errno set
descriptor open_for_datagrams(const tcp::endpoint& on, bool shared) {
  descriptor made{
      ::socket(on.protocol().family(), SOCK_DGRAM | SOCK_CLOEXEC, IPPROTO_UDP)};
  const int number = made.number();
  const bool ipv6 = on.address().is_v6();
  never_fragment(number, ipv6);
  if ((!shared || enable(number, SOL_SOCKET, share_port)) &&
      (!ipv6 || enable(number, IPPROTO_IPV6, IPV6_V6ONLY)) &&
      (!on.address().is_unspecified() || tell_destination(number, ipv6)) &&
      ::bind(number, on.data(), static_cast<socklen_t>(on.size())) == 0)
    return made;
  const int reason = errno;
  made = descriptor{};
  errno = reason;
  return made;
}

failure cannot_listen(const net::socket_address& on, std::string_view reason) {
  return {errc::temporary,
          fmt::format("cannot listen on {}: {}", on.to_string(), reason)};
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
  auto endpoint = tcp_endpoint(on);
  for (unsigned i = 0; i < count; ++i) {
    all.descriptors_.push_back(open_one(endpoint, count > 1));
    if (!all.descriptors_.back().is_open())
      return cannot_listen(on, std::strerror(errno));
    endpoint = real_endpoint(all.descriptors_.back().number(), endpoint);
  }
  all.address_ = from_asio(endpoint);
  return all;
}

result<listening_sockets> listening_sockets::open(const std::string& path,
                                                  mode_t mode) {
  listening_sockets one;
  one.address_ = net::socket_address::at_path(path);
  descriptor made{::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)};
  if (!made.is_open())
    return cannot_listen(one.address_, std::strerror(errno));
  auto file = socket_file::bind(made, path, mode);
  if (!file)
    return cannot_listen(one.address_, file.error().message);
  one.file_ = *std::move(file);
  if (::listen(made.number(), SOMAXCONN) != 0)
    return cannot_listen(one.address_, std::strerror(errno));
  one.descriptors_.push_back(std::move(made));
  return one;
}

std::optional<failure> listening_sockets::open_datagrams(unsigned count) {
  const net::endpoint* const on = address_.tcp();
  EXPECTS(on != nullptr);
  std::vector<descriptor> made;
  for (unsigned i = 0; i < count; ++i) {
    made.push_back(open_for_datagrams(tcp_endpoint(*on), count > 1));
    if (!made.back().is_open())
      return cannot_listen(address_,
                           std::string{"UDP: "} + std::strerror(errno));
  }
  datagrams_ = std::move(made);
  return std::nullopt;
}

std::optional<failure> listening_sockets::duplicate_datagrams(int socket) {
  descriptor made{::fcntl(socket, F_DUPFD_CLOEXEC, 0)};
  if (!made.is_open())
    return failure{errc::temporary, std::string{"cannot duplicate a socket: "} +
                                        std::strerror(errno)};
  const bool ipv6 = address_.tcp()->address.family() == net::family::ipv6;
  never_fragment(made.number(), ipv6);
  // It may be at every address; else this does nothing.
  tell_destination(made.number(), ipv6);
  datagrams_.clear();
  datagrams_.push_back(std::move(made));
  return std::nullopt;
}

result<listening_sockets>
listening_sockets::duplicate(int socket, const net::socket_address& on) {
  descriptor made{::fcntl(socket, F_DUPFD_CLOEXEC, 0)};
  if (!made.is_open())
    return failure{errc::temporary, std::string{"cannot duplicate a socket: "} +
                                        std::strerror(errno)};
  if (on.tcp())
    set_for_clients(made.number()); // else clients are served all the same
  listening_sockets one;
  one.address_ = on;
  one.descriptors_.push_back(std::move(made));
  one.owner_ = socket_owner::service_manager;
  return one;
}

} // namespace spfblock::server
