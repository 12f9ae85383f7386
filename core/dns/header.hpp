// The first twelve octets of a DNS message.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace spfblock::dns {

inline constexpr std::size_t header_size = 12;

/// What of a header matters to who asks (RFC 1035 §4.1.1).
struct header {
  std::uint16_t id = 0;
  bool is_response = false; ///< QR
  unsigned opcode = 0;      ///< 0 is QUERY
  bool truncated = false;   ///< TC
  unsigned rcode = 0;       ///< the four bits that stand here
  /// How many of each the message says it holds.
  std::uint16_t questions = 0;
  std::uint16_t answers = 0;
  std::uint16_t authority = 0;
  std::uint16_t additional = 0;

  friend bool operator==(const header&, const header&) = default;
};

/// The header of a message; nothing if the message is shorter.  Any twelve
/// octets are one.
[[nodiscard]] std::optional<header> read_header(std::string_view message);

} // namespace spfblock::dns
