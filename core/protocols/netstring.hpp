// Netstrings: the length in digits, a colon, so many octets, a comma.
#pragma once

#include "core/protocols/framing.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace spfblock::protocols {

/// Reads netstrings from a stream, in whatever pieces it comes.
///
/// Source: https://cr.yp.to/proto/netstrings.txt.  A length is at least one
/// digit, without leading zeros.
class netstring_reader {
public:
  /// @param longest octets of a netstring's content
  explicit netstring_reader(std::uint32_t longest) : longest_{longest} {}

  /// Takes octets from the front of `bytes` until a netstring is complete.
  /// @return the content, valid until the next call; nothing if more octets
  ///         are needed or the stream is broken()
  /// @pre not broken()
  [[nodiscard]] std::optional<std::string_view> next(std::string_view& bytes);

  /// Whether the stream is no netstring, or one that is too long.  For good.
  [[nodiscard]] bool broken() const noexcept { return broken_; }

private:
  [[nodiscard]] bool read_length(std::string_view& bytes);

  [[no_unique_address]] pieces content_; ///< with the comma
  bool has_digit_ = false;
  bool has_length_ = false; ///< the colon was read
  bool broken_ = false;
  std::uint32_t longest_;
  std::uint32_t length_ = 0; ///< up to longest_, and the digit too many
};

/// Appends `content` as a netstring to `out`.
void append_netstring(std::string_view content, std::string& out);

} // namespace spfblock::protocols
