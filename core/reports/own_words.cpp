#include "core/reports/own_words.hpp"

#include "core/support/text.hpp"

#include <algorithm>
#include <array>

namespace spfblock::reports {
namespace {

constexpr auto nowhere = std::string_view::npos;

/// Takes the first word and the blanks behind it.
std::string_view take_word(std::string_view& rest) {
  const auto end = std::min(rest.find(' '), rest.size());
  const auto word = rest.substr(0, end);
  rest.remove_prefix(end);
  while (rest.starts_with(' '))
    rest.remove_prefix(1);
  return word;
}

/// Whether a word is an enhanced status code, as 5.7.1 (RFC 3463): Postfix
/// takes it from the text.
bool is_status_code(std::string_view word) {
  const auto parts = split(word, '.');
  return parts.size() == 3 &&
         std::all_of(parts.begin(), parts.end(), [](std::string_view each) {
           return parse_decimal(each, 999).has_value();
         });
}

/// What of an action a client, or the log, is told.
std::string_view told_text(std::string_view action) {
  (void)take_word(action);
  auto rest = action;
  if (is_status_code(take_word(rest)))
    return rest;
  return action;
}

constexpr std::array<std::string_view, 4> placeholders{"{domain}", "{network}",
                                                       "{address}", "{since}"};

/// What may stand for a placeholder.
bool fills(char c) {
  return c > ' ' && c < '\x7f' && c != '<' && c != '>' && c != ';' && c != '"';
}

/// Takes what stands for a placeholder: as much as can, so that `next` follows.
std::optional<std::string_view>
take_filling(std::string_view& rest, std::string_view next, bool to_the_end) {
  // No domain, network, address or day is longer.
  constexpr std::size_t longest = 260;
  std::size_t size = 0;
  while (size < rest.size() && size < longest && fills(rest[size]))
    ++size;
  for (; size > 0; --size) {
    const auto behind = rest.substr(size);
    if (to_the_end && next.empty() ? behind.empty()
                                   : behind.starts_with(next)) {
      const auto taken = rest.substr(0, size);
      rest = behind;
      return taken;
    }
  }
  return std::nullopt;
}

/// The texts that may be an action's, of what Postfix logs.  It writes
/// `<CLIENT>: Client host rejected: TEXT`, with other words where the door is
/// asked in another restriction list, and TEXT alone for WARN.
std::vector<std::string_view> texts_in(std::string_view logged) {
  std::vector<std::string_view> made{logged};
  for (const std::string_view mark :
       {">: Client host rejected: ", ">: Client host "}) {
    if (const auto at = logged.find(mark); at != nowhere)
      made.push_back(logged.substr(at + mark.size()));
  }
  constexpr std::string_view rejected = " rejected: ";
  if (const auto at = logged.rfind(rejected); at != nowhere)
    made.push_back(logged.substr(at + rejected.size()));
  return made;
}

} // namespace

own_words::own_words(const config::settings& of) {
  for (const auto& each : of.networks)
    add(each.action, each.network.to_string());
  for (const auto& each : of.domains)
    add(each.action, each.name.to_string());
}

void own_words::add(const table::action& action, const std::string& entry) {
  const auto known =
      std::find_if(words_.begin(), words_.end(), [&](const words& each) {
        return each.action == action.text();
      });
  if (known != words_.end()) {
    if (known->entries.size() < 2)
      known->entries.push_back(entry);
    return;
  }
  if (std::find(mute_.begin(), mute_.end(), action.text()) != mute_.end())
    return;
  auto pieces = pieces_of(told_text(action.text()));
  const bool says_something =
      std::any_of(pieces.begin(), pieces.end(), [](const piece& each) {
        return std::any_of(each.literal.begin(), each.literal.end(),
                           [](char c) { return is_letter(c); });
      });
  if (says_something)
    words_.push_back({action.text(), std::move(pieces), {entry}});
  else
    mute_.push_back(action.text());
}

std::vector<own_words::piece> own_words::pieces_of(std::string_view text) {
  std::vector<piece> made(1);
  while (!text.empty()) {
    const auto* const stands_for = std::find_if(
        placeholders.begin(), placeholders.end(),
        [&](std::string_view each) { return text.starts_with(each); });
    if (stands_for == placeholders.end()) {
      made.back().literal += text.front();
      text.remove_prefix(1);
      continue;
    }
    made.back().is_domain = stands_for == placeholders.begin();
    made.emplace_back();
    text.remove_prefix(stands_for->size());
  }
  made.back().ends_it = true;
  return made;
}

/// @return the domain that is named, "" where none is; nothing if the text is
///         another one
std::optional<std::string> own_words::match(const words& with,
                                            std::string_view text) {
  std::string domain;
  for (std::size_t i = 0; i < with.pieces.size(); ++i) {
    const piece& each = with.pieces[i];
    if (!text.starts_with(each.literal))
      return std::nullopt;
    text.remove_prefix(each.literal.size());
    if (each.ends_it)
      break;
    const piece& next = with.pieces[i + 1];
    const auto filling = take_filling(text, next.literal, next.ends_it);
    if (!filling)
      return std::nullopt;
    if (each.is_domain)
      domain = *filling;
  }
  if (!text.empty())
    return std::nullopt;
  return domain;
}

std::optional<std::string>
own_words::listing_that_says(std::string_view text) const {
  for (const words& each : words_) {
    auto domain = match(each, text);
    if (!domain)
      continue;
    if (!domain->empty())
      return domain;
    return each.entries.size() == 1 ? each.entries.front() : "?";
  }
  return std::nullopt;
}

std::optional<std::string>
own_words::listing_of(const maillog::event& refusal) const {
  for (const std::string_view text : texts_in(refusal.text)) {
    if (auto listing = listing_that_says(text))
      return listing;
  }
  return std::nullopt;
}

} // namespace spfblock::reports
