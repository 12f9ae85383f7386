#include "core/support/percent_encoding.hpp"

#include "core/support/text.hpp"

#include <algorithm>

namespace spfblock {
namespace {

void append_octet(std::string& out, char c) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  const auto octet = static_cast<unsigned char>(c);
  out += '%';
  out += digits[octet >> 4U];
  out += digits[octet & 15U];
}

void append(std::string& out, std::string_view text, char lowest) {
  for (const char c : text) {
    if (c >= lowest && c <= '~' && c != '%')
      out += c;
    else
      append_octet(out, c);
  }
}

} // namespace

std::optional<std::string> percent_decode(std::string_view text) {
  std::string decoded;
  decoded.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      decoded += text[i];
      continue;
    }
    if (text.size() - i < 3)
      return std::nullopt;
    const auto high = hex_value(text[i + 1]);
    const auto low = hex_value(text[i + 2]);
    if (!high || !low)
      return std::nullopt;
    decoded += static_cast<char>(*high * 16 + *low);
    i += 2;
  }
  return decoded;
}

void append_percent_encoded(std::string& out, std::string_view text) {
  append(out, text, ' ');
}

std::string percent_encode_key(std::string_view key) {
  std::string encoded;
  append(encoded, key, '!');
  return encoded;
}

std::string percent_encode_query(std::string_view value) {
  std::string encoded;
  for (const char c : value) {
    const bool is_unreserved = is_letter(c) || is_digit(c) || c == '-' ||
                               c == '.' || c == '_' || c == '~';
    if (is_unreserved)
      encoded += c;
    else
      append_octet(encoded, c);
  }
  return encoded;
}

std::optional<std::string> form_decode(std::string_view text) {
  std::string blanks{text};
  std::replace(blanks.begin(), blanks.end(), '+', ' ');
  return percent_decode(blanks);
}

} // namespace spfblock
