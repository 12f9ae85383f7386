#include "server/refresh/state_file.hpp"

#include "core/support/contract.hpp"
#include "core/support/text.hpp"
#include "server/system/file.hpp"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

namespace spfblock::server {
namespace {

/// What errno says.
failure cannot(const char* act, const std::string& path) {
  const char* why = std::strerror(errno);
  return {errc::temporary,
          std::string{"cannot "} + act + ' ' + in_quotes(path) + ": " + why, 0};
}

/// A device, a folder or the like is neither read nor replaced nor moved:
/// "/dev/null" is what some write for "no file".
/// @param flags of fstatat(2): whether a symbolic link is followed
std::optional<failure> refuse_other(const char* act, const std::string& path,
                                    int flags) {
  struct stat there {};
  if (::fstatat(AT_FDCWD, path.c_str(), &there, flags) != 0 ||
      S_ISREG(there.st_mode) || S_ISLNK(there.st_mode))
    return std::nullopt;
  return failure{errc::temporary, std::string{"cannot "} + act + ' ' +
                                      in_quotes(path) + ": not a regular file"};
}

std::string folder_of(const std::string& path) {
  const auto slash = path.rfind('/');
  if (slash == std::string::npos)
    return ".";
  return path.substr(0, slash == 0 ? 1 : slash);
}

descriptor open_file(const std::string& path, int flags, mode_t mode = 0) {
  return descriptor{uninterrupted(
      [&] { return ::open(path.c_str(), flags | O_CLOEXEC, mode); })};
}

bool write_all(const descriptor& file, std::string_view text) {
  while (!text.empty()) {
    const auto written = uninterrupted(
        [&] { return ::write(file.number(), text.data(), text.size()); });
    if (written < 0)
      return false;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

bool sync(const descriptor& file) {
  return uninterrupted([&] { return ::fsync(file.number()); }) == 0;
}

/// Whether `path` still names the open file.
bool is_at(const std::string& path, const descriptor& file) {
  struct stat named {};
  struct stat open {};
  return ::lstat(path.c_str(), &named) == 0 &&
         ::fstat(file.number(), &open) == 0 && named.st_dev == open.st_dev &&
         named.st_ino == open.st_ino;
}

/// A file system that cannot do it for folders says EINVAL.
bool sync_folder(const descriptor& folder) {
  return sync(folder) || errno == EINVAL;
}

/// Creates the file: whatever a killed process or another user left under the
/// name goes first, so that no link is followed.
std::optional<failure> write_new(const std::string& path, std::string_view text,
                                 mode_t mode) {
  ::unlink(path.c_str());
  const descriptor file = open_file(path, O_WRONLY | O_CREAT | O_EXCL, mode);
  if (!file.is_open() || !write_all(file, text) || !sync(file))
    return cannot("write", path);
  return std::nullopt;
}

} // namespace

state_file::state_file(std::string path, mode_t mode)
    : path_{std::move(path)},
      mode_{mode} {
  EXPECTS(!path_.empty());
}

result<std::optional<std::string>> state_file::load() const {
  // Looked at first: to open a FIFO would be to wait for its writer.
  if (auto why = refuse_other("read", path_, 0))
    return *std::move(why);
  return read_file_if_any(path_, longest);
}

result<std::string> state_file::put_aside(const std::string& as) const {
  if (auto why = refuse_other("move aside", path_, AT_SYMLINK_NOFOLLOW))
    return *std::move(why);
  std::string aside = path_ + as;
  if (std::rename(path_.c_str(), aside.c_str()) != 0)
    return cannot("move aside", path_);
  return aside;
}

std::optional<failure> state_file::lock() {
  const std::string name = path_ + ".lock";
  if (lock_.is_open() && is_at(name, lock_))
    return std::nullopt;
  descriptor file = open_file(name, O_RDWR | O_CREAT | O_NOFOLLOW, 0600);
  if (!file.is_open())
    return cannot("write", name);
  if (uninterrupted(
          [&] { return ::flock(file.number(), LOCK_EX | LOCK_NB); }) != 0) {
    if (errno == EWOULDBLOCK)
      return failure{errc::temporary,
                     "another spfblock writes " + in_quotes(path_)};
    return cannot("lock", name);
  }
  lock_ = std::move(file);
  return std::nullopt;
}

std::optional<failure> state_file::save(std::string_view text) {
  if (auto why = refuse_other("write", path_, AT_SYMLINK_NOFOLLOW))
    return why;
  if (text.size() > longest)
    return failure{errc::temporary,
                   "cannot write " + in_quotes(path_) + ": over 256 MiB"};
  if (auto why = lock())
    return why;

  const std::string folder_name = folder_of(path_);
  const descriptor folder = open_file(folder_name, O_RDONLY | O_DIRECTORY);
  if (!folder.is_open())
    return cannot("write", folder_name);
  const std::string fresh = path_ + ".new";
  auto why = write_new(fresh, text, mode_);
  if (!why && std::rename(fresh.c_str(), path_.c_str()) != 0)
    why = cannot("write", path_);
  if (why) {
    ::unlink(fresh.c_str());
    return why;
  }
  if (!sync_folder(folder))
    return cannot("write", folder_name);
  return std::nullopt;
}

} // namespace spfblock::server
