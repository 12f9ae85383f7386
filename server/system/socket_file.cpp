#include "server/system/socket_file.hpp"

#include "core/support/contract.hpp"

#include <cerrno>
#include <cstring>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <utility>

namespace spfblock::server {
namespace {

sockaddr_un address_of(const std::string& path) {
  sockaddr_un at{};
  EXPECTS(path.size() < sizeof at.sun_path);
  at.sun_family = AF_UNIX;
  path.copy(at.sun_path, sizeof at.sun_path - 1);
  return at;
}

bool is_bound(const descriptor& socket, const sockaddr_un& at) noexcept {
  return ::bind(socket.number(), reinterpret_cast<const sockaddr*>(&at),
                sizeof at) == 0;
}

std::optional<file_identity> identity_of(const char* path) noexcept {
  struct stat about {};
  if (::lstat(path, &about) != 0)
    return std::nullopt;
  return file_identity{about.st_dev, about.st_ino, about.st_mtim.tv_sec,
                       about.st_mtim.tv_nsec};
}

/// Whether a socket is there that nobody listens at.
bool is_stale(const sockaddr_un& at) noexcept {
  struct stat about {};
  if (::lstat(at.sun_path, &about) != 0 || !S_ISSOCK(about.st_mode))
    return false;
  const descriptor client{
      ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)};
  return ::connect(client.number(), reinterpret_cast<const sockaddr*>(&at),
                   sizeof at) != 0 &&
         errno == ECONNREFUSED;
}

} // namespace

socket_file::socket_file(socket_file&& other) noexcept
    : path_{std::exchange(other.path_, {})},
      identity_{other.identity_} {}

socket_file& socket_file::operator=(socket_file&& other) noexcept {
  std::swap(path_, other.path_);
  std::swap(identity_, other.identity_);
  return *this;
}

result<socket_file> socket_file::bind(const descriptor& socket,
                                      const std::string& path, mode_t mode) {
  const sockaddr_un at = address_of(path);
  bool bound = is_bound(socket, at);
  if (!bound && errno == EADDRINUSE) {
    if (is_stale(at) && ::unlink(at.sun_path) == 0)
      bound = is_bound(socket, at);
    else
      errno = EADDRINUSE;
  }
  if (!bound)
    return failure{errc::temporary, std::strerror(errno)};
  socket_file made;
  made.path_ = path;
  made.identity_ = identity_of(at.sun_path);
  if (!made.identity_ || ::chmod(at.sun_path, mode) != 0)
    return failure{errc::temporary, std::strerror(errno)};
  return made;
}

void socket_file::change_mode(mode_t mode) const noexcept {
  if (is_there())
    ::chmod(path_.c_str(), mode);
}

bool socket_file::is_there() const noexcept {
  return identity_ && identity_of(path_.c_str()) == identity_;
}

void socket_file::remove() noexcept {
  if (is_there())
    ::unlink(path_.c_str());
  identity_.reset();
}

} // namespace spfblock::server
