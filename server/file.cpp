#include "server/file.hpp"

#include "core/support/text.hpp"

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>

namespace spfblock::server {
namespace {

struct close_file {
  void operator()(std::FILE* file) const noexcept { std::fclose(file); }
};

failure cannot_read(const std::string& path, const char* why) {
  return {errc::temporary, "cannot read " + quoted(path) + ": " + why, 0};
}

} // namespace

result<std::string> read_file(const std::string& path) {
  constexpr std::size_t longest = std::size_t{64} << 20U;
  const std::unique_ptr<std::FILE, close_file> file{
      std::fopen(path.c_str(), "re")};
  if (!file)
    return cannot_read(path, std::strerror(errno));

  std::string text;
  std::array<char, 16384> piece{};
  while (const auto size =
             std::fread(piece.data(), 1, piece.size(), file.get())) {
    text.append(piece.data(), size);
    if (text.size() > longest)
      return cannot_read(path, "over 64 MiB");
  }
  if (std::ferror(file.get()) != 0)
    return cannot_read(path, std::strerror(errno));
  return text;
}

} // namespace spfblock::server
