// The file by which clients find a UNIX socket.
#pragma once

#include "core/support/result.hpp"
#include "server/system/descriptor.hpp"

#include <ctime>
#include <optional>
#include <string>
#include <sys/types.h>

namespace spfblock::server {

/// What tells a file from one that has taken its place: numbers are given
/// again, but not with the same time of making, which no change of its mode
/// changes.
struct file_identity {
  dev_t device = 0;
  ino_t number = 0;
  std::time_t made_s = 0;
  long made_ns = 0;

  friend bool operator==(const file_identity&, const file_identity&) = default;
};

/// The file of a UNIX socket that this process has made; removes it, unless
/// another has taken its place.
class socket_file {
public:
  socket_file() = default; ///< none
  ~socket_file() { remove(); }
  socket_file(socket_file&& other) noexcept;
  socket_file& operator=(socket_file&& other) noexcept;
  socket_file(const socket_file&) = delete;
  socket_file& operator=(const socket_file&) = delete;

  /// Gives `socket` that name.  A socket that is there already is replaced if
  /// nobody listens at it.
  /// @param path at most net::socket_address::longest_path octets
  /// @param mode who may connect, whatever the umask; no client can before
  ///        listen(2)
  /// @return errc::temporary, and why
  static result<socket_file> bind(const descriptor& socket,
                                  const std::string& path, mode_t mode);

  /// Says anew who may connect.
  void change_mode(mode_t mode) const noexcept;

private:
  void remove() noexcept;
  [[nodiscard]] bool is_there() const noexcept;

  std::string path_;
  std::optional<file_identity> identity_; ///< nothing: no file
};

} // namespace spfblock::server
