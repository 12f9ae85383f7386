// The places in an action where something is put in.
#pragma once

#include "core/support/result.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace spfblock::table {

/// What an action may have filled in.
enum class placeholder : std::uint8_t { domain, network, address, since };

/// A placeholder as it is written: `{domain}`, `{network}`, `{address}`,
/// `{since}`.
struct placeholder_spelling {
  std::string_view text;
  placeholder stands_for;
};

/// The placeholder that `text` starts with; nullptr where it starts with none.
[[nodiscard]] const placeholder_spelling*
first_placeholder(std::string_view text) noexcept;

/// `text` with a letter for each placeholder.
[[nodiscard]] std::string without_placeholders(std::string_view text);

/// Whether every name in braces is that of a placeholder.  Braces around
/// nothing or around something else, as blanks, are plain text.
/// @return nothing, or errc::malformed with the offset of the first that is not
[[nodiscard]] std::optional<failure> check_placeholders(std::string_view text);

} // namespace spfblock::table
