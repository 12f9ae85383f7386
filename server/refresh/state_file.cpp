#include "server/refresh/state_file.hpp"

#include "core/support/contract.hpp"
#include "core/support/text.hpp"
#include "server/system/file.hpp"
#include "server/system/patience.hpp"

#include <cerrno>
#include <cstdio>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

namespace spfblock::server {
namespace {

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

descriptor open_file(const std::string& path, int flags, mode_t mode = 0) {
  return descriptor{uninterrupted(
      [&] { return ::open(path.c_str(), flags | O_CLOEXEC, mode); })};
}

/// Whether `path` still names the open file.
bool is_at(const std::string& path, const descriptor& file) {
  struct stat named {};
  struct stat open {};
  return ::lstat(path.c_str(), &named) == 0 &&
         ::fstat(file.number(), &open) == 0 && named.st_dev == open.st_dev &&
         named.st_ino == open.st_ino;
}

} // namespace

state_file::state_file(std::string path, mode_t mode)
    : path_{std::move(path)},
      mode_{mode} {
  EXPECTS(!path_.empty());
}

result<std::optional<std::string>> state_file::load() const {
  auto text = begun_aside(
      [path = path_](reading& by) -> result<std::optional<std::string>> {
        by.waits_for(path);
        // Looked at first: to open a FIFO would be to wait for its writer.
        if (auto why = refuse_other("read", path, 0))
          return *std::move(why);
        return read_file_if_any(path, longest, &by);
      });
  if (!text.is_done_within(patience_for_files))
    return failure{errc::temporary,
                   "cannot read " + in_quotes(path_) + ": it " +
                       no_end_within(text.by(), patience_for_files)};
  return text.take();
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
  return replace_file(path_, path_ + ".new", text, mode_);
}

} // namespace spfblock::server
