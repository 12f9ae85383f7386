#include "server/system/file.hpp"

#include "core/support/text.hpp"
#include "server/system/descriptor.hpp"

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

namespace spfblock::server {
namespace {

failure cannot_read(const std::string& path, const std::string& why) {
  return {errc::temporary, "cannot read " + in_quotes(path) + ": " + why, 0};
}

failure too_long(const std::string& path, std::size_t longest) {
  return cannot_read(path, "over " + std::to_string(longest >> 20U) + " MiB");
}

/// The size of a regular file; 0 of anything else.
std::size_t size_of(const descriptor& file) {
  struct stat about {};
  if (fstat(file.number(), &about) != 0 || !S_ISREG(about.st_mode))
    return 0;
  return static_cast<std::size_t>(about.st_size);
}

result<std::string> read_all(const descriptor& file, const std::string& path,
                             std::size_t longest, reading& by) {
  const std::size_t expected = size_of(file);
  if (expected > longest)
    return too_long(path, longest);
  std::string text;
  text.reserve(expected);
  std::array<char, 16384> piece{};
  for (;;) {
    const auto size = uninterrupted(
        [&] { return ::read(file.number(), piece.data(), piece.size()); });
    if (size < 0)
      return cannot_read(path, std::strerror(errno));
    if (size == 0)
      return text;
    text.append(piece.data(), static_cast<std::size_t>(size));
    by.got(static_cast<std::size_t>(size));
    if (text.size() > longest)
      return too_long(path, longest);
  }
}

result<std::optional<std::string>>
open_and_read(const std::string& path, std::size_t longest, reading& by) {
  const descriptor file{uninterrupted(
      [&] { return ::open(path.c_str(), O_RDONLY | O_CLOEXEC); })};
  if (!file.is_open() && errno == ENOENT)
    return std::optional<std::string>{};
  if (!file.is_open())
    return cannot_read(path, std::strerror(errno));
  auto text = read_all(file, path, longest, by);
  if (!text)
    return text.error();
  return std::optional{*std::move(text)};
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

/// A file system that cannot do it for folders says EINVAL.
bool sync_folder(const descriptor& folder) {
  return sync(folder) || errno == EINVAL;
}

/// The owner is changed only where he is another one: not everybody may.
bool set_access(const descriptor& file, const file_access& to) {
  struct stat now {};
  if (::fstat(file.number(), &now) != 0)
    return false;
  const bool is_his = now.st_uid == to.user && now.st_gid == to.group;
  return (is_his || ::fchown(file.number(), to.user, to.group) == 0) &&
         ::fchmod(file.number(), to.mode) == 0;
}

bool set_time(const descriptor& file, std::chrono::sys_seconds at) {
  const timespec time{static_cast<time_t>(at.time_since_epoch().count()), 0};
  const std::array<timespec, 2> times{time, time}; // of access, of modification
  return ::futimens(file.number(), times.data()) == 0;
}

/// Creates the file: whatever a killed process or another user left under the
/// name goes first, so that no link is followed.
std::optional<failure> write_new(const std::string& path, std::string_view text,
                                 mode_t mode,
                                 const std::optional<file_access>& access) {
  ::unlink(path.c_str());
  constexpr mode_t nobody_else = 0600;
  const descriptor file =
      open_file(path, O_WRONLY | O_CREAT | O_EXCL, access ? nobody_else : mode);
  if (!file.is_open())
    return cannot("write", path);
  if (access && !set_access(file, *access))
    return cannot("keep the owner and the mode of", path);
  if (!write_all(file, text) ||
      (access && access->modified && !set_time(file, *access->modified)) ||
      !sync(file))
    return cannot("write", path);
  return std::nullopt;
}

} // namespace

std::string resolved(const std::filesystem::path& folder,
                     const std::string& path) {
  return (folder / path).lexically_normal().string();
}

std::string identity_of(const std::string& path) {
  struct stat about {};
  if (::stat(path.c_str(), &about) != 0)
    return {};
  return std::to_string(about.st_dev) + ':' + std::to_string(about.st_ino);
}

failure cannot(const char* act, const std::string& path) {
  const char* why = std::strerror(errno);
  return {errc::temporary,
          std::string{"cannot "} + act + ' ' + in_quotes(path) + ": " + why, 0};
}

std::optional<file_access> access_of(const std::string& path) {
  constexpr mode_t permissions = 07777;
  struct stat about {};
  if (::stat(path.c_str(), &about) != 0)
    return std::nullopt;
  return file_access{about.st_uid, about.st_gid, about.st_mode & permissions};
}

std::optional<failure> replace_file(const std::string& path,
                                    const std::string& fresh,
                                    std::string_view text, mode_t mode,
                                    const std::optional<file_access>& access) {
  const std::string folder_name = folder_of(path);
  const descriptor folder = open_file(folder_name, O_RDONLY | O_DIRECTORY);
  if (!folder.is_open())
    return cannot("write", folder_name);
  auto why = write_new(fresh, text, mode, access);
  if (!why && std::rename(fresh.c_str(), path.c_str()) != 0)
    why = cannot("write", path);
  if (why) {
    ::unlink(fresh.c_str());
    return why;
  }
  if (!sync_folder(folder))
    return cannot("write", folder_name);
  return std::nullopt;
}

result<std::optional<std::string>>
read_file_if_any(const std::string& path, std::size_t longest, reading* by) {
  reading nobody;
  reading& told = by != nullptr ? *by : nobody;
  told.waits_for(path);
  auto text = open_and_read(path, longest, told);
  told.works();
  return text;
}

result<std::string> read_file(const std::string& path, std::size_t longest,
                              reading* by) {
  auto text = read_file_if_any(path, longest, by);
  if (!text)
    return text.error();
  if (!*text)
    return cannot_read(path, std::strerror(ENOENT));
  return **std::move(text);
}

} // namespace spfblock::server
