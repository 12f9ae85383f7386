// Small text functions.  ASCII only: DNS, SPF, SMTP and Postfix's tables
// compare and fold ASCII letters and nothing else, whatever the locale.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace spfblock {

/// `c` as a lower-case letter if it is one of A to Z, otherwise unchanged.
[[nodiscard]] constexpr char to_lower(char c) noexcept {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

[[nodiscard]] constexpr bool is_digit(char c) noexcept {
  return c >= '0' && c <= '9';
}

[[nodiscard]] constexpr bool is_letter(char c) noexcept {
  return to_lower(c) >= 'a' && to_lower(c) <= 'z';
}

/// The value of a hexadecimal digit in either case; nothing for any other.
[[nodiscard]] constexpr std::optional<unsigned> hex_value(char c) noexcept {
  if (is_digit(c))
    return static_cast<unsigned>(c - '0');
  const char lower = to_lower(c);
  if (lower >= 'a' && lower <= 'f')
    return static_cast<unsigned>(lower - 'a' + 10);
  return std::nullopt;
}

/// `text` with A to Z in lower case.
[[nodiscard]] std::string to_lower(std::string_view text);

/// Whether both texts are the same but for the case of A to Z.
[[nodiscard]] bool iequals(std::string_view a, std::string_view b) noexcept;

/// `text` without blanks, tabs, CR and LF at both ends.
[[nodiscard]] std::string_view trimmed(std::string_view text) noexcept;

/// The pieces of `text` between the `separator`s; one more than there are
/// separators, so an empty text gives one empty piece.
[[nodiscard]] std::vector<std::string_view> split(std::string_view text,
                                                  char separator);

/// Reads a decimal number that fills `text`: digits only, no sign, no blank.
/// @return nothing if `text` is no such number or is over `maximum`
[[nodiscard]] std::optional<std::uint64_t>
parse_decimal(std::string_view text, std::uint64_t maximum) noexcept;

/// Untrusted text made safe for a log, a terminal or a message: every byte but
/// the printable ASCII ones, and every backslash, as `\xHH` (lower case); cut
/// after `limit` bytes of input, marked by `...`.
[[nodiscard]] std::string printable(std::string_view text,
                                    std::size_t limit = 256);

/// `printable()`, but where it is cut it says how long the text is:
/// `v=spf1 a... (300 octets)`.
[[nodiscard]] std::string printable_in_part(std::string_view text,
                                            std::size_t limit);

/// `printable()` in double quotes; a quote within as `\x22`.
[[nodiscard]] std::string in_quotes(std::string_view text,
                                    std::size_t limit = 256);

/// A number with its noun: "1 network", "2 networks".
/// @param several  the noun of any number but 1; if empty, `one` and an "s"
[[nodiscard]] std::string counted(std::uint64_t number, std::string_view one,
                                  std::string_view several = {});

} // namespace spfblock
