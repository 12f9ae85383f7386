// Datagrams by the calls that Linux has for many.
#include "server/system/datagrams.hpp"
#include "server/system/descriptor.hpp"

#include <algorithm>
#include <array>

namespace spfblock::server {
namespace {

constexpr std::size_t most_at_once = 64;

using batch = std::array<mmsghdr, most_at_once>;

} // namespace

std::size_t receive_datagrams(int socket, std::span<datagram> into) noexcept {
  batch heads; // only what is used of it is written
  const std::size_t count = std::min(into.size(), heads.size());
  for (std::size_t i = 0; i < count; ++i)
    heads[i] = {into[i].head, 0};
  const int received = uninterrupted([&] {
    return ::recvmmsg(socket, heads.data(), static_cast<unsigned>(count), 0,
                      nullptr);
  });
  const auto done = static_cast<std::size_t>(std::max(received, 0));
  for (std::size_t i = 0; i < done; ++i) {
    into[i].head = heads[i].msg_hdr;
    into[i].size = heads[i].msg_len;
  }
  return done;
}

void send_datagrams(int socket, std::span<datagram> from) noexcept {
  batch heads;
  while (!from.empty()) {
    const std::size_t count = std::min(from.size(), heads.size());
    for (std::size_t i = 0; i < count; ++i)
      heads[i] = {from[i].head, 0};
    const int sent = uninterrupted([&] {
      return ::sendmmsg(socket, heads.data(), static_cast<unsigned>(count),
                        MSG_NOSIGNAL);
    });
    // One that cannot be sent stands in nobody's way.
    from = from.subspan(static_cast<std::size_t>(std::max(sent, 1)));
  }
}

} // namespace spfblock::server
