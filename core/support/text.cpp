#include "core/support/text.hpp"

#include "core/support/counts_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace spfblock {

std::string to_lower(std::string_view text) {
  std::string lower{text};
  for (char& c : lower)
    c = to_lower(c);
  return lower;
}

bool iequals(std::string_view a, std::string_view b) noexcept {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](char x, char y) { return to_lower(x) == to_lower(y); });
}

std::string_view trimmed(std::string_view text) noexcept {
  constexpr std::string_view white = " \t\r\n";
  const auto first = text.find_first_not_of(white);
  if (first == std::string_view::npos)
    return {};
  return text.substr(first, text.find_last_not_of(white) - first + 1);
}

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> pieces;
  pieces.reserve(1 + static_cast<std::size_t>(
                         std::count(text.begin(), text.end(), separator)));
  for (;;) {
    const auto end = text.find(separator);
    pieces.push_back(text.substr(0, end));
    if (end == std::string_view::npos)
      return pieces;
    text.remove_prefix(end + 1);
  }
}

std::optional<std::uint64_t> parse_decimal(std::string_view text,
                                           std::uint64_t maximum) noexcept {
  if (text.empty() || !is_digit(text.front()))
    return std::nullopt;
  std::uint64_t value = 0;
  const auto [end, error] =
      std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() ||
      value > maximum)
    return std::nullopt;
  return value;
}

namespace {

void append_escaped(std::string& out, char c) {
  constexpr std::string_view digits = "0123456789abcdef";
  const auto byte = static_cast<unsigned char>(c);
  out += "\\x";
  out += digits[byte >> 4U];
  out += digits[byte & 15U];
}

void append_printable(std::string& out, std::string_view text,
                      std::size_t limit, char also_escaped) {
  const auto is_escaped = [also_escaped](char c) {
    return c < ' ' || c > '~' || c == '\\' || c == also_escaped;
  };
  const std::string_view shown = text.substr(0, limit);
  for (auto at = shown.begin(); at != shown.end();) {
    const auto next = std::find_if(at, shown.end(), is_escaped);
    out.append(at, next);
    at = next;
    if (at != shown.end())
      append_escaped(out, *at++);
  }
  if (text.size() > limit)
    out += "...";
}

} // namespace

std::string printable(std::string_view text, std::size_t limit) {
  std::string out;
  append_printable(out, text, limit, '\\');
  return out;
}

std::string printable_in_part(std::string_view text, std::size_t limit) {
  std::string out = printable(text, limit);
  if (text.size() > limit)
    out += fmt::format(" ({} octets)", text.size());
  return out;
}

std::string in_quotes(std::string_view text, std::size_t limit) {
  std::string out{'"'};
  append_printable(out, text, limit, '"');
  out += '"';
  return out;
}

std::string counted(std::uint64_t number, std::string_view one,
                    std::string_view several) {
  const std::string more{several.empty() ? std::string{one} + 's'
                                         : std::string{several}};
  return fmt::format("{} {}", number, by_number(number, one, more));
}

} // namespace spfblock
