#include "core/table/access_result.hpp"

#include "core/support/text.hpp"
#include "core/support/utf8.hpp"
#include "core/table/placeholder.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdint>

namespace spfblock::table {

namespace {

/// What must stand behind a word.
enum class argument : std::uint8_t { free, header, mailbox, destination };

struct access_word {
  std::string_view name;
  argument takes = argument::free;
};

constexpr std::array<access_word, 14> access_words{{
    {"OK"},
    {"REJECT"},
    {"DEFER"},
    {"DEFER_IF_REJECT"},
    {"DEFER_IF_PERMIT"},
    {"WARN"},
    {"HOLD"},
    {"DISCARD"},
    {"INFO"},
    {"PREPEND", argument::header},
    {"REDIRECT", argument::mailbox},
    {"FILTER", argument::destination},
    {"BCC", argument::mailbox},
    {"DUNNO"},
}};

/// What smtpd takes as well, and access(5) does not describe.
constexpr std::array<std::string_view, 2> other_words{"RELAY", "HANGUP"};

const access_word* find_word(std::string_view text) noexcept {
  const auto* const found = std::find_if(
      access_words.begin(), access_words.end(),
      [text](const access_word& word) { return iequals(word.name, text); });
  return found == access_words.end() ? nullptr : found;
}

std::string known_words() {
  std::string list;
  for (const access_word& word : access_words)
    list.append(word.name).append(", ");
  return list + "4NN or 5NN with a text, or a restriction class";
}

failure wrong(std::string_view finding, std::string_view expected,
              std::size_t offset = 0) {
  return {errc::malformed, fmt::format("{} (expected {})", finding, expected),
          offset};
}

bool is_smtp_code(std::string_view word) noexcept {
  return word.size() == 3 && (word[0] == '4' || word[0] == '5') &&
         is_digit(word[1]) && is_digit(word[2]);
}

std::optional<failure> check_characters(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    const auto next = first_code_point(text.substr(at));
    if (!next)
      return wrong("not UTF-8 in " + in_quotes(text), "valid UTF-8", at);
    if (is_control(next->value))
      return wrong("control character in " + in_quotes(text),
                   "a line of printable text", at);
    at += next->size;
  }
  return std::nullopt;
}

std::optional<failure> check_size(std::string_view text) {
  if (text.size() <= longest_access_result)
    return std::nullopt;
  return wrong(
      fmt::format("{} octets long: {}", text.size(), in_quotes(text, 40)),
      fmt::format("at most {}", longest_access_result), longest_access_result);
}

/// As is_header(3) of Postfix: a name in printable ASCII, blanks, a colon.
bool is_header(std::string_view text) {
  const std::string_view name = text.substr(0, text.find(':'));
  if (name.size() == text.size())
    return false;
  const std::string_view word = name.substr(0, name.find(' '));
  return !word.empty() && trimmed(name.substr(word.size())).empty() &&
         std::all_of(word.begin(), word.end(),
                     [](char c) { return c > ' ' && c <= '~'; });
}

/// Whether smtpd does what a word says with this behind it, or warns and passes
/// it over.
bool is_taken(argument kind, const std::string& text) {
  switch (kind) {
  case argument::free: return true;
  case argument::header: return is_header(text);
  case argument::mailbox: return text.find('@') != text.npos;
  case argument::destination: return text.find(':') != text.npos;
  }
  return false;
}

std::string_view text_of(argument kind) {
  switch (kind) {
  case argument::free: break;
  case argument::header: return "header: text";
  case argument::mailbox: return "user@domain";
  case argument::destination: return "transport:destination";
  }
  return "a text";
}

std::optional<failure>
check_words(std::string_view text,
            const std::vector<std::string>& restriction_classes) {
  const auto is_class = [&](std::string_view word) {
    return std::find(restriction_classes.begin(), restriction_classes.end(),
                     word) != restriction_classes.end();
  };
  if (is_class(text))
    return std::nullopt;

  const auto word = text.substr(0, text.find(' '));
  const auto behind = trimmed(text.substr(word.size()));
  if (is_smtp_code(word)) {
    if (!behind.empty())
      return std::nullopt;
    return wrong(fmt::format("{} without a text, which Postfix takes for OK",
                             in_quotes(text)),
                 fmt::format("{} and a text", word));
  }
  if (const access_word* const known = find_word(word)) {
    if (is_taken(known->takes, without_placeholders(behind)))
      return std::nullopt;
    return wrong(in_quotes(text) + ", which Postfix warns of and passes over",
                 fmt::format("{} {}", known->name, text_of(known->takes)));
  }
  if (is_class(word))
    return wrong("text after the restriction class in " + in_quotes(text),
                 fmt::format("{} alone", in_quotes(word)), word.size());
  return wrong("unknown action " + in_quotes(text), known_words());
}

} // namespace

std::optional<failure>
check_access_result(std::string_view text,
                    const std::vector<std::string>& restriction_classes) {
  if (auto why = check_size(text))
    return why;
  if (auto why = check_characters(text))
    return why;
  return check_words(text, restriction_classes);
}

bool is_access_word(std::string_view text) noexcept {
  return find_word(text) != nullptr ||
         std::any_of(other_words.begin(), other_words.end(),
                     [text](auto each) { return iequals(each, text); });
}

bool blocks_mail(std::string_view text) noexcept {
  static constexpr std::array<std::string_view, 4> blocking{
      "REJECT", "DEFER", "DEFER_IF_PERMIT", "DISCARD"};
  const auto word = text.substr(0, text.find(' '));
  return (is_smtp_code(word) && word.size() < text.size()) ||
         std::any_of(blocking.begin(), blocking.end(),
                     [word](auto each) { return iequals(each, word); });
}

bool lets_in_mail(std::string_view text) noexcept {
  const auto word = text.substr(0, text.find(' '));
  return iequals(word, "OK") || iequals(word, "RELAY");
}

} // namespace spfblock::table
