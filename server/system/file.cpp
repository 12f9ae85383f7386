#include "server/system/file.hpp"

#include "core/support/text.hpp"
#include "server/system/descriptor.hpp"

#include <array>
#include <cerrno>
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
                             std::size_t longest) {
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
    if (text.size() > longest)
      return too_long(path, longest);
  }
}

} // namespace

result<std::optional<std::string>> read_file_if_any(const std::string& path,
                                                    std::size_t longest) {
  const descriptor file{uninterrupted(
      [&] { return ::open(path.c_str(), O_RDONLY | O_CLOEXEC); })};
  if (!file.is_open() && errno == ENOENT)
    return std::optional<std::string>{};
  if (!file.is_open())
    return cannot_read(path, std::strerror(errno));
  auto text = read_all(file, path, longest);
  if (!text)
    return text.error();
  return std::optional{*std::move(text)};
}

result<std::string> read_file(const std::string& path, std::size_t longest) {
  auto text = read_file_if_any(path, longest);
  if (!text)
    return text.error();
  if (!*text)
    return cannot_read(path, std::strerror(ENOENT));
  return **std::move(text);
}

} // namespace spfblock::server
