// Datagrams by the calls that Linux has for many.
#include "server/system/datagrams.hpp"
#include "server/system/descriptor.hpp"

#include <algorithm>
#include <cstddef>

namespace spfblock::server {
namespace {

/// As the kernel has them, so that none is copied.
mmsghdr* heads_of(std::span<datagram> all) noexcept {
  static_assert(sizeof(datagram) == sizeof(mmsghdr) &&
                offsetof(datagram, head) == offsetof(mmsghdr, msg_hdr) &&
                offsetof(datagram, size) == offsetof(mmsghdr, msg_len));
  return reinterpret_cast<mmsghdr*>(all.data());
}

} // namespace

std::size_t receive_datagrams(int socket, std::span<datagram> into) noexcept {
  const int received = uninterrupted([&] {
    return ::recvmmsg(socket, heads_of(into),
                      static_cast<unsigned>(into.size()), 0, nullptr);
  });
  return static_cast<std::size_t>(std::max(received, 0));
}

void send_datagrams(int socket, std::span<datagram> from) noexcept {
  while (!from.empty()) {
    const int sent = uninterrupted([&] {
      return ::sendmmsg(socket, heads_of(from),
                        static_cast<unsigned>(from.size()), MSG_NOSIGNAL);
    });
    // One that cannot be sent stands in nobody's way.
    from = from.subspan(static_cast<std::size_t>(std::max(sent, 1)));
  }
}

} // namespace spfblock::server
