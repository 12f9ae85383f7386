// Datagrams, many a call.
#pragma once

#include <cstddef>
#include <span>
#include <sys/socket.h>

namespace spfblock::server {

/// A datagram to be received into what `head` says, or sent from it.
struct datagram {
  msghdr head{};
  unsigned size = 0; ///< octets received
};

/// Receives those that wait at a socket, as many as there is room for.
///
/// Two twins, of which CMake builds one (SPFBLOCK_EPOLL): by recvmmsg(2) and
/// sendmmsg(2), or by a call each for systems that lack those.
///
/// @param socket non-blocking
/// @return how many there were; 0 where there was none, or an error
[[nodiscard]] std::size_t receive_datagrams(int socket,
                                            std::span<datagram> into) noexcept;

/// Sends them.  What the kernel has no room for, or refuses to send, is lost,
/// as datagrams may be.
/// @param socket non-blocking
void send_datagrams(int socket, std::span<datagram> from) noexcept;

} // namespace spfblock::server
