#include "core/json/writer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <utility>

namespace spfblock::json {

namespace {

constexpr std::string_view replacement = "\xef\xbf\xbd"; // U+FFFD

using octet = unsigned char;

bool is_plain(char c) {
  return c >= ' ' && c <= '~' && c != '"' && c != '\\';
}

/// What may follow the first octet of a character.
struct sequence {
  std::size_t more; ///< octets; 0: no character starts so
  octet lowest;     ///< of the second one
  octet highest;
};

/// Unicode 15.0, table 3-7.
sequence sequence_after(octet first) {
  if (first >= 0xc2 && first <= 0xdf)
    return {1, 0x80, 0xbf};
  if (first >= 0xe0 && first <= 0xef) {
    return {2, octet(first == 0xe0 ? 0xa0 : 0x80),
            octet(first == 0xed ? 0x9f : 0xbf)};
  }
  if (first >= 0xf0 && first <= 0xf4) {
    return {3, octet(first == 0xf0 ? 0x90 : 0x80),
            octet(first == 0xf4 ? 0x8f : 0xbf)};
  }
  return {0, 0, 0};
}

/// Appends the character that `text` starts with, none of ASCII, or its
/// replacement.
/// @return how many octets of `text` that was
std::size_t append_character(std::string& to, std::string_view text) {
  const sequence expected = sequence_after(static_cast<octet>(text.front()));
  octet lowest = expected.lowest;
  octet highest = expected.highest;
  std::size_t taken = 1;
  for (; taken <= expected.more && taken < text.size(); ++taken) {
    const auto next = static_cast<octet>(text[taken]);
    if (next < lowest || next > highest)
      break;
    lowest = 0x80;
    highest = 0xbf;
  }
  const bool whole = expected.more > 0 && taken == expected.more + 1;
  to += whole ? text.substr(0, taken) : replacement;
  return taken;
}

/// Appends an octet of ASCII that is not plain.
void append_escape(std::string& to, char c) {
  constexpr std::string_view short_ones = "\"\\\b\f\n\r\t";
  constexpr std::string_view letters = "\"\\bfnrt";
  if (const auto at = short_ones.find(c); at != std::string_view::npos)
    (to += '\\') += letters[at];
  else if (c == '\x7f')
    to += c;
  else
    fmt::format_to(std::back_inserter(to), "\\u{:04x}", c);
}

} // namespace

void append_string(std::string& to, std::string_view text) {
  to += '"';
  while (!text.empty()) {
    const auto plain = static_cast<std::size_t>(
        std::find_if_not(text.begin(), text.end(), is_plain) - text.begin());
    to += text.substr(0, plain);
    text.remove_prefix(plain);
    if (text.empty())
      break;
    const bool is_ascii = static_cast<octet>(text.front()) < 0x80;
    if (is_ascii)
      append_escape(to, text.front());
    text.remove_prefix(is_ascii ? 1 : append_character(to, text));
  }
  to += '"';
}

writer& writer::key(std::string_view name) {
  separate();
  append_string(text_, name);
  text_ += indented_ ? ": " : ":";
  keyed_ = true;
  return *this;
}

writer& writer::value(std::string_view text) {
  separate();
  append_string(text_, text);
  return *this;
}

writer& writer::value(std::nullptr_t /*null*/) {
  return literal("null");
}

writer& writer::value(const std::vector<std::string>& texts) {
  begin_array();
  for (const std::string& each : texts)
    value(each);
  return end_array();
}

writer& writer::begin(char bracket) {
  separate();
  text_ += bracket;
  ++depth_;
  first_ = true;
  return *this;
}

writer& writer::end(char bracket) {
  --depth_;
  if (!std::exchange(first_, false))
    start_line();
  text_ += bracket;
  return *this;
}

writer& writer::literal(std::string_view text) {
  separate();
  text_ += text;
  return *this;
}

void writer::separate() {
  if (std::exchange(keyed_, false) || depth_ == 0)
    return;
  if (!std::exchange(first_, false))
    text_ += ',';
  start_line();
}

void writer::start_line() {
  if (indented_)
    text_.append(1, '\n').append(2 * depth_, ' ');
}

} // namespace spfblock::json
