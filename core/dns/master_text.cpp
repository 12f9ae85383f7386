#include "core/dns/master_text.hpp"

#include "core/support/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <limits>
#include <utility>
#include <vector>

namespace spfblock::dns {
namespace {

constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";
constexpr std::string_view blanks = " \t";
constexpr std::string_view ends_word = " \t\r\n;()";
constexpr auto npos = std::string_view::npos;

/// Finds quotes, parentheses and characters that are out of place.
/// @param entries gets the beginnings of the lines outside parentheses
std::optional<failure> find_entries(std::string_view text,
                                    std::vector<std::size_t>& entries) {
  std::size_t line = 1;
  std::size_t depth = 0;
  std::size_t opened_at = 0;
  bool quoted = false;
  bool comment = false;
  bool escaped = false;
  entries.push_back(0);
  for (std::size_t at = 0; at < text.size(); ++at) {
    const char c = text[at];
    if (c == '\0' || c == '\f' || c == '\v')
      return at_line(line, "control character");
    if (c == '\n') {
      if (quoted || escaped)
        return at_line(line, quoted ? "quote is not closed"
                                    : "backslash at the end of the line");
      comment = false;
      ++line;
      if (depth == 0)
        entries.push_back(at + 1);
    }
    if (comment || std::exchange(escaped, false))
      continue;
    escaped = c == '\\';
    if (c == '"')
      quoted = !quoted;
    if (quoted)
      continue;
    comment = c == ';';
    if (c == '(' && depth++ == 0)
      opened_at = line;
    if (c == ')' && depth-- == 0)
      return at_line(line, "parenthesis was not opened");
  }
  if (quoted)
    return at_line(line, "quote is not closed");
  if (depth != 0)
    return at_line(opened_at, "parenthesis is not closed");
  return std::nullopt;
}

/// A word of a line, as a part of the text.
struct word {
  std::size_t begin = 0;
  std::size_t end = 0; ///< `begin` where there is none

  [[nodiscard]] std::string_view in(std::string_view text) const {
    return text.substr(begin, end - begin);
  }
};

/// The word that begins at `from`, or behind the blanks there.
word next_word(std::string_view text, std::size_t from) {
  const auto begin =
      std::min(text.find_first_not_of(blanks, from), text.size());
  auto end = begin;
  while (end < text.size() && ends_word.find(text[end]) == npos)
    end += text[end] == '\\' ? 2U : 1U;
  return {begin, std::min(end, text.size())};
}

bool is_class(std::string_view text) {
  return iequals(text, "IN") || iequals(text, "CH") || iequals(text, "HS");
}

/// The seconds of a unit; 0 of what is none.
std::uint64_t seconds_in(char unit) {
  switch (unit) {
  case 's':
  case 'S': return 1;
  case 'm':
  case 'M': return 60;
  case 'h':
  case 'H': return 3600;
  case 'd':
  case 'D': return 86400;
  case 'w':
  case 'W': return 604800;
  default: return 0;
  }
}

/// A TTL as BIND writes it, 3600 or 1h30m, in seconds; as much as fits.
/// @return nothing of another word
std::optional<std::uint64_t> ttl_in(std::string_view text) {
  constexpr std::uint64_t most = std::uint64_t{1} << 40U;
  std::uint64_t sum = 0;
  std::uint64_t number = 0;
  if (text.empty() || text.front() < '0' || text.front() > '9')
    return std::nullopt;
  for (const char c : text) {
    if (c >= '0' && c <= '9') {
      number = std::min(most, number * 10 + static_cast<unsigned>(c - '0'));
    } else if (const auto unit = seconds_in(c)) {
      sum = std::min(most, sum + number * unit);
      number = 0;
    } else {
      return std::nullopt;
    }
  }
  return sum + number;
}

/// Puts the TTL of an entry before its class.
/// @param from where the entry begins
/// @return what is wrong with its head; empty if nothing
std::string_view mend_head(std::string& text, std::size_t from) {
  if (text[from] == '$') {
    const auto directive = next_word(text, from).in(text);
    return directive == "$ORIGIN" || directive == "$TTL" ||
                   directive == "$INCLUDE"
               ? std::string_view{}
               : "unknown directive";
  }
  const word owner = blanks.find(text[from]) == npos ? next_word(text, from)
                                                     : word{from, from};
  const word first = next_word(text, owner.end);
  const word second = next_word(text, first.end);
  const bool class_first = is_class(first.in(text));
  const auto ttl = ttl_in((class_first ? second : first).in(text));
  if (ttl > std::numeric_limits<std::uint32_t>::max())
    return "TTL over 4294967295";
  if (class_first && ttl) {
    const std::string_view whole{text};
    const std::string ordered =
        std::string{second.in(whole)} +
        std::string{whole.substr(first.end, second.begin - first.end)} +
        std::string{first.in(whole)};
    text.replace(first.begin, ordered.size(), ordered);
  }
  return {};
}

} // namespace

failure at_line(std::size_t line, std::string_view what) {
  return {errc::malformed, fmt::format("line {}: {}", line, what), line};
}

std::optional<failure> prepare_master_text(std::string& text) {
  if (text.starts_with(byte_order_mark))
    text.erase(0, byte_order_mark.size());
  std::vector<std::size_t> entries;
  if (auto wrong = find_entries(text, entries))
    return wrong;
  for (const std::size_t begin : entries) {
    if (begin == text.size())
      continue;
    const std::string_view wrong = mend_head(text, begin);
    if (wrong.empty())
      continue;
    const auto before = std::string_view{text}.substr(0, begin);
    const auto lines = std::count(before.begin(), before.end(), '\n');
    return at_line(static_cast<std::size_t>(lines) + 1, wrong);
  }
  return std::nullopt;
}

} // namespace spfblock::dns
