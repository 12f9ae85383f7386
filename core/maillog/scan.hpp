// Reading a text from its front: what all forms of lines are made of.
//
// Nothing here allocates or fails; each step is linear in what it passes over.
#pragma once

#include "core/net/ip_address.hpp"
#include "core/support/text.hpp"

#include <cstddef>
#include <optional>
#include <string_view>

namespace spfblock::maillog {

constexpr std::size_t nowhere = std::string_view::npos;

/// Takes `expected` from the front of `rest`, if it stands there.
[[nodiscard]] inline bool take(std::string_view& rest,
                               std::string_view expected) noexcept {
  if (!rest.starts_with(expected))
    return false;
  rest.remove_prefix(expected.size());
  return true;
}

/// Takes all before the first `end`, and `end`.
/// @return nothing if it does not occur; `rest` is then unchanged
[[nodiscard]] inline std::optional<std::string_view>
take_until(std::string_view& rest, std::string_view end) noexcept {
  const auto at = rest.find(end);
  if (at == nowhere)
    return std::nullopt;
  const auto taken = rest.substr(0, at);
  rest.remove_prefix(at + end.size());
  return taken;
}

/// Takes a word: all before the first blank, or all; and the blank.
[[nodiscard]] inline std::string_view
take_word(std::string_view& rest) noexcept {
  if (const auto word = take_until(rest, " "))
    return *word;
  const auto all = rest;
  rest = {};
  return all;
}

/// Where `what` stands, if it stands there once.
[[nodiscard]] inline std::optional<std::size_t>
only_place(std::string_view in, std::string_view what) noexcept {
  const auto first = in.find(what);
  if (first == nowhere || in.find(what, first + 1) != nowhere)
    return std::nullopt;
  return first;
}

/// A client as Postfix names it.
struct client {
  std::string_view name_and_address; ///< NAME[ADDRESS]
  net::ip_address address;
};

/// Takes `NAME[ADDRESS]`.  A name that Postfix has verified, or `unknown`, has
/// no bracket.
[[nodiscard]] inline std::optional<client>
take_client(std::string_view& rest) noexcept {
  const auto open = rest.find('[');
  const auto close = rest.find(']');
  if (open == nowhere || close == nowhere || close < open)
    return std::nullopt;
  const auto address =
      net::ip_address::try_parse(rest.substr(open + 1, close - open - 1));
  if (!address)
    return std::nullopt;
  const client made{rest.substr(0, close + 1), *address};
  rest.remove_prefix(close + 1);
  return made;
}

/// Takes `QUEUEID: `.
[[nodiscard]] inline std::optional<std::string_view>
take_queue_id(std::string_view& rest) noexcept {
  constexpr std::size_t longest = 24;
  const auto end = rest.substr(0, longest + 1).find(':');
  if (end == nowhere || end == 0 || !rest.substr(end).starts_with(": "))
    return std::nullopt;
  for (const char c : rest.substr(0, end)) {
    if (!is_digit(c) && !is_letter(c))
      return std::nullopt;
  }
  const auto id = rest.substr(0, end);
  rest.remove_prefix(end + 2);
  return id;
}

/// Takes the inside of an address and its closing bracket: up to the first `>`
/// that does not stand in a quoted local part (RFC 5321 §4.1.2).  Where the
/// quotes do not end, up to the first `>`.
[[nodiscard]] inline std::optional<std::string_view>
take_mailbox(std::string_view& rest) noexcept {
  std::size_t at = 0;
  if (rest.starts_with('"')) {
    for (at = 1; at < rest.size() && rest[at] != '"'; ++at) {
      if (rest[at] == '\\')
        ++at;
    }
    if (at >= rest.size())
      at = 0;
  }
  const auto end = rest.find('>', at);
  if (end == nowhere)
    return std::nullopt;
  const auto inside = rest.substr(0, end);
  rest.remove_prefix(end + 1);
  return inside;
}

} // namespace spfblock::maillog
