// Many sockets that an io_context waits for.
#pragma once

#include <boost/asio/io_context.hpp>

#include <cstdint>
#include <functional>
#include <memory>

namespace spfblock::server {

/// Tells what arrives at sockets, as long as something is there.
///
/// Two twins, of which CMake builds one (SPFBLOCK_EPOLL).  With epoll(7) the
/// sockets are watched by an instance of their own, whose descriptor Asio
/// watches: one wake-up of Asio for many answers, no operation of it for each.
/// Without, each socket is one operation of Asio.
///
/// Keeps the io_context running only while a socket is watched.  Belongs to the
/// thread of it.
class socket_watch {
public:
  /// What the owner calls a socket.
  using key = std::uint64_t;

  /// @param arrived told of a socket where a datagram or an error is, from the
  ///        io_context; may watch, unwatch and destroy this object.  May be
  ///        told of one that was unwatched meanwhile.
  /// Throws std::system_error if there is no descriptor left.
  socket_watch(boost::asio::io_context& io, std::function<void(key)> arrived);
  ~socket_watch();
  socket_watch(const socket_watch&) = delete;
  socket_watch& operator=(const socket_watch&) = delete;

  /// @param socket watched by nobody
  /// @return false, with errno set, if the kernel has no room for it
  [[nodiscard]] bool watch(int socket, key called);

  /// Before a watched socket is closed, and only then.
  void unwatch(int socket) noexcept;

private:
  struct kernel;
  std::shared_ptr<kernel> kernel_;
};

} // namespace spfblock::server
