// UTF-8, one code point at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace spfblock {

/// A code point and how many octets it takes up, 1 to 4.
struct code_point {
  std::uint32_t value;
  std::size_t size;
};

/// The code point that `text` starts with.
/// @return nothing if it starts with none: a stray or missing continuation, an
///         overlong form, a surrogate, a value over U+10FFFF (RFC 3629 §3)
/// @pre !text.empty()
[[nodiscard]] std::optional<code_point>
first_code_point(std::string_view text) noexcept;

/// Whether all octets of `text` are below 128.
[[nodiscard]] bool is_ascii(std::string_view text) noexcept;

/// Whether `value` is one of the control characters C0, DEL and C1.
[[nodiscard]] constexpr bool is_control(std::uint32_t value) noexcept {
  return value < 0x20 || (value >= 0x7f && value < 0xa0);
}

} // namespace spfblock
