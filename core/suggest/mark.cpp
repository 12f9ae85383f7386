#include "core/suggest/mark.hpp"

#include "core/support/text.hpp"

#include <algorithm>

namespace spfblock::suggest {
namespace {

constexpr auto nowhere = std::string_view::npos;

std::string_view take_word(std::string_view& rest) noexcept {
  const auto word = rest.substr(0, rest.find(' '));
  rest.remove_prefix(std::min(rest.size(), word.size() + 1));
  return word;
}

/// The second number of an enhanced status code, as 7 of 5.7.1.
std::optional<std::string_view> subject_of(std::string_view word) noexcept {
  const auto first = word.find('.');
  const auto second = word.find('.', first + 1);
  if (first != 1 || second == nowhere || !is_digit(word.front()))
    return std::nullopt;
  const auto subject = word.substr(first + 1, second - first - 1);
  return parse_decimal(subject, 999) ? std::optional{subject} : std::nullopt;
}

bool holds(std::string_view text, std::string_view what) noexcept {
  return text.find(what) != nowhere;
}

std::optional<std::chrono::sys_seconds>
earlier(std::optional<std::chrono::sys_seconds> a,
        std::optional<std::chrono::sys_seconds> b) noexcept {
  return a && b ? std::min(a, b) : std::max(a, b); // nothing is the least
}

} // namespace

bool is_about_sender(std::string_view text) noexcept {
  if (holds(text, "Relay access denied") || holds(text, "DMARC") ||
      holds(text, ">: Recipient address rejected: Access denied"))
    return false;
  if (text.ends_with(" Protocol error"))
    return true;
  auto rest = text;
  auto word = take_word(rest);
  if (word.size() == 3 && parse_decimal(word, 599)) // the reply code
    word = take_word(rest);
  const auto subject = subject_of(word);
  return !subject || *subject == "7";
}

// SRS0 and SRS1, each with one of three separators.
bool is_forwarded(std::string_view mail_from) noexcept {
  constexpr std::size_t size = 5;
  const auto begin = mail_from.substr(0, size);
  if (begin.size() < size || !iequals(begin.substr(0, 3), "srs"))
    return false;
  return (begin[3] == '0' || begin[3] == '1') &&
         (begin[4] == '=' || begin[4] == '+' || begin[4] == '-');
}

mark mark_of(const maillog::mail& of, bool from_listed) noexcept {
  if (of.logged_in)
    return mark::none;
  const bool discarded =
      of.fate == maillog::fate::not_delivered && !of.reason.empty();
  if (of.fate == maillog::fate::refused || discarded)
    return from_listed                  ? mark::from_listed
           : is_about_sender(of.reason) ? mark::refused
                                        : mark::none;
  const bool delivered = of.fate == maillog::fate::delivered;
  if (from_listed)
    return delivered && !of.spam ? mark::let_through : mark::from_listed;
  if (of.spam)
    return mark::spam;
  return delivered ? mark::wanted : mark::none;
}

void mark_counts::add(mark of,
                      std::optional<std::chrono::sys_seconds> at) noexcept {
  switch (of) {
  case mark::none: return;
  case mark::wanted: ++wanted; return;
  case mark::refused: ++refused; break;
  case mark::spam: ++spam; break;
  case mark::from_listed: ++from_listed; break;
  case mark::let_through:
    ++from_listed;
    ++let_through;
    break;
  }
  first = earlier(first, at);
  last = std::max(last, at);
}

void mark_counts::add(const mark_counts& more) noexcept {
  wanted += more.wanted;
  refused += more.refused;
  spam += more.spam;
  from_listed += more.from_listed;
  let_through += more.let_through;
  forwarded += more.forwarded;
  first = earlier(first, more.first);
  last = std::max(last, more.last);
}

} // namespace spfblock::suggest
