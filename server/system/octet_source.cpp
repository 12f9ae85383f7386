#include "server/system/octet_source.hpp"

#include "core/support/text.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <memory>
#include <string>
#include <system_error>
#include <unistd.h>
#include <zlib.h>

namespace spfblock::server {
namespace {

struct close_compressed {
  void operator()(gzFile of) const noexcept { gzclose_r(of); }
};

failure read_failure(const std::string& name, const std::string& why) {
  return {errc::temporary,
          fmt::format("cannot read {}: {}", printable(name), why)};
}

std::string system_error_text() {
  return std::error_code{errno, std::generic_category()}.message();
}

/// Why the last read failed, or found the end too early; nothing if it did not.
std::optional<std::string> trouble_of(gzFile of) {
  int code = Z_OK;
  const char* const text = gzerror(of, &code);
  if (code == Z_OK || code == Z_STREAM_END)
    return std::nullopt;
  if (code == Z_BUF_ERROR)
    return "it ends too early";
  return code == Z_ERRNO ? system_error_text() : printable(text);
}

} // namespace

std::optional<failure> read_octets(int descriptor, const std::string& name,
                                   const octet_receiver& to) {
  constexpr unsigned piece = 1U << 18U;
  const int own = dup(descriptor);
  if (own < 0)
    return read_failure(name, system_error_text());
  const std::unique_ptr<gzFile_s, close_compressed> in{gzdopen(own, "rb")};
  if (!in) {
    close(own);
    return read_failure(name, system_error_text());
  }
  gzbuffer(in.get(), piece);
  std::string buffer(piece, '\0');
  int size = 0;
  while ((size = gzread(in.get(), buffer.data(), piece)) > 0)
    to({buffer.data(), static_cast<std::size_t>(size)});
  if (const auto why = trouble_of(in.get()))
    return read_failure(name, *why);
  return std::nullopt;
}

} // namespace spfblock::server
