#include "server/system/octet_source.hpp"

#include "core/support/text.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <optional>
#include <system_error>
#include <unistd.h>
#include <utility>
#include <zlib.h>

namespace spfblock::server {
namespace {

/// Octets that are read at once.
constexpr unsigned octets_at_once = 1U << 17U;

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

struct octet_source::state {
  struct close_compressed {
    void operator()(gzFile of) const noexcept { gzclose_r(of); }
  };

  std::string name;
  std::unique_ptr<gzFile_s, close_compressed> in;
  std::string buffer = std::string(octets_at_once, '\0');
};

octet_source::octet_source(std::unique_ptr<state> with)
    : state_{std::move(with)} {}
octet_source::octet_source(octet_source&&) noexcept = default;
octet_source& octet_source::operator=(octet_source&&) noexcept = default;
octet_source::~octet_source() = default;

result<octet_source> octet_source::of(int descriptor, std::string name) {
  const int own = dup(descriptor);
  if (own < 0)
    return read_failure(name, system_error_text());
  auto made = std::make_unique<state>();
  made->in.reset(gzdopen(own, "rb"));
  if (!made->in) {
    const std::string why = system_error_text();
    close(own);
    return read_failure(name, why);
  }
  gzbuffer(made->in.get(), octets_at_once);
  made->name = std::move(name);
  return octet_source{std::move(made)};
}

result<std::string_view> octet_source::next() {
  gzFile_s* const in = state_->in.get();
  const int size = gzread(in, state_->buffer.data(), octets_at_once);
  if (size > 0)
    return std::string_view{state_->buffer}.substr(
        0, static_cast<std::size_t>(size));
  if (const auto why = trouble_of(in))
    return read_failure(state_->name, *why);
  return std::string_view{};
}

} // namespace spfblock::server
