// The protocols in which clients ask.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace spfblock::protocols {

/// What is spoken at a port.
enum class door : std::uint8_t {
  tcp_table, ///< tcp_table(5) of Postfix
  policy,    ///< SMTPD_POLICY_README of Postfix
  socketmap, ///< socketmap_table(5) of Postfix
};

/// All of them with their words, in order.
inline constexpr std::array<std::string_view, 3> door_words{
    "tcp_table", "policy", "socketmap"};

[[nodiscard]] constexpr std::string_view text_of(door kind) noexcept {
  return door_words[static_cast<std::size_t>(kind)];
}

} // namespace spfblock::protocols
