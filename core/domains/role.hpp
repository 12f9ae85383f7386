// What a domain's networks are for.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace spfblock::domains {

enum class role : std::uint8_t {
  listed,  ///< they are listed: an entry of `domains`
  allowed, ///< they are never listed: an entry of `allow.domains`
};

inline constexpr std::array<role, 2> roles{role::listed, role::allowed};

/// The word for it in JSON, metrics and the log: "listed".
[[nodiscard]] constexpr std::string_view text_of(role of) noexcept {
  return of == role::listed ? "listed" : "allowed";
}

} // namespace spfblock::domains
