// The protocols in which clients ask.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace spfblock::protocols {

/// What is spoken at a port.
enum class door : std::uint8_t {
  tcp_table, ///< tcp_table(5) of Postfix
  policy,    ///< SMTPD_POLICY_README of Postfix
  socketmap, ///< socketmap_table(5) of Postfix
  dnsbl,     ///< DNS: RFC 5782
};

/// All of them with their words, in order.
inline constexpr std::array<std::string_view, 4> door_words{
    "tcp_table", "policy", "socketmap", "dnsbl"};

[[nodiscard]] constexpr std::string_view text_of(door kind) noexcept {
  return door_words[static_cast<std::size_t>(kind)];
}

/// The door of that word; nothing of any other text.
[[nodiscard]] constexpr std::optional<door>
door_of(std::string_view word) noexcept {
  for (std::size_t i = 0; i < door_words.size(); ++i) {
    if (door_words[i] == word)
      return static_cast<door>(i);
  }
  return std::nullopt;
}

} // namespace spfblock::protocols
