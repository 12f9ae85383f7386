// Datagrams by a call each, which every system has.
#include "server/system/datagrams.hpp"
#include "server/system/descriptor.hpp"

namespace spfblock::server {

std::size_t receive_datagrams(int socket, std::span<datagram> into) noexcept {
  std::size_t done = 0;
  for (datagram& each : into) {
    const auto size =
        uninterrupted([&] { return ::recvmsg(socket, &each.head, 0); });
    if (size < 0)
      break;
    each.size = static_cast<unsigned>(size);
    ++done;
  }
  return done;
}

void send_datagrams(int socket, std::span<datagram> from) noexcept {
  for (const datagram& each : from)
    uninterrupted([&] { return ::sendmsg(socket, &each.head, MSG_NOSIGNAL); });
}

} // namespace spfblock::server
