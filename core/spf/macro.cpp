#include "core/spf/macro.hpp"

#include "core/spf/syntax_fault.hpp"
#include "core/support/contract.hpp"
#include "core/support/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <optional>
#include <utility>
#include <vector>

namespace spfblock::spf {

namespace {

std::optional<failure> check_letter(char letter, std::string_view spelled) {
  if (std::string_view{"slodiphv"}.find(letter) != std::string_view::npos)
    return std::nullopt;
  if (std::string_view{"crt"}.find(letter) != std::string_view::npos)
    return malformed(
        fmt::format("macro {} is for exp= texts only", shown(spelled)));
  return malformed(fmt::format("unknown macro {}", shown(spelled)));
}

/// Takes the leading digits off `text`.
std::string_view take_digits(std::string_view& text) {
  const auto end = text.find_first_not_of("0123456789");
  const std::string_view digits = text.substr(0, end);
  text.remove_prefix(digits.size());
  return digits;
}

/// Of an IPv6 address the 32 nibbles (RFC 7208 §7.3).
std::string dotted(const net::ip_address& address) {
  if (address.family() == net::family::ipv4)
    return address.to_string();
  std::string text;
  for (unsigned shift = 128; shift > 0; shift -= 4) {
    const auto nibble =
        static_cast<std::size_t>(address.number() >> (shift - 4)) & 15U;
    text += "0123456789abcdef"[nibble];
    if (shift > 4)
      text += '.';
  }
  return text;
}

std::string value_of(char letter, const macro_values& values) {
  switch (letter) {
  case 'd': return literal_text(values.domain);
  case 'o': return literal_text(values.listed);
  case 'v': return values.family == net::family::ipv4 ? "in-addr" : "ip6";
  default: break;
  }
  const mail_values& mail = *values.mail;
  switch (letter) {
  case 's': return mail.local_part + '@' + literal_text(values.listed);
  case 'l': return mail.local_part;
  case 'i': return dotted(mail.client);
  case 'h': return mail.helo;
  default: return mail.client_name;
  }
}

std::vector<std::string_view> split_at_any(std::string_view text,
                                           std::string_view delimiters) {
  std::vector<std::string_view> pieces;
  for (;;) {
    const auto end = text.find_first_of(delimiters);
    pieces.push_back(text.substr(0, end));
    if (end == std::string_view::npos)
      return pieces;
    text.remove_prefix(end + 1);
  }
}

/// Everything but the unreserved characters of RFC 3986 §2.3 as %XX.
std::string url_escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const bool unreserved = is_letter(c) || is_digit(c) || c == '-' ||
                            c == '.' || c == '_' || c == '~';
    if (unreserved)
      out += c;
    else
      out += fmt::format("%{:02X}", unsigned{static_cast<unsigned char>(c)});
  }
  return out;
}

} // namespace

std::string literal_text(const dns::name& of) {
  const std::string_view wire = of.wire();
  std::string text;
  std::size_t at = 0;
  while (const std::size_t length = static_cast<unsigned char>(wire[at])) {
    if (at > 0)
      text += '.';
    text += wire.substr(at + 1, length);
    at += 1 + length;
  }
  return text;
}

result<macro> macro::parse(std::string_view spelled) {
  EXPECTS(spelled.starts_with("%{") && spelled.ends_with('}'));
  std::string_view rest = spelled.substr(2, spelled.size() - 3);
  if (rest.empty())
    return malformed("macro without a letter");
  macro parsed;
  parsed.letter = spfblock::to_lower(rest.front());
  if (auto fault = check_letter(parsed.letter, spelled))
    return *std::move(fault);
  parsed.url_escape = rest.front() != parsed.letter;
  rest.remove_prefix(1);

  if (const auto digits = take_digits(rest); !digits.empty()) {
    constexpr unsigned most = std::numeric_limits<unsigned>::max();
    parsed.keep =
        static_cast<unsigned>(parse_decimal(digits, most).value_or(most));
    if (parsed.keep == 0)
      return malformed(fmt::format("macro {} keeps 0 parts", shown(spelled)));
  }
  if (!rest.empty() && spfblock::to_lower(rest.front()) == 'r') {
    parsed.reverse = true;
    rest.remove_prefix(1);
  }
  const auto stray = rest.find_first_not_of(".-+,/_=");
  if (stray != std::string_view::npos)
    return malformed(fmt::format("{} is no delimiter in macro {}",
                                 shown(rest.substr(stray, 1)), shown(spelled)));
  parsed.delimiters = rest;
  return parsed;
}

std::string macro::expand(const macro_values& values) const {
  EXPECTS(listable() || values.mail != nullptr);
  const std::string value = value_of(letter, values);
  std::vector<std::string_view> pieces = split_at_any(
      value, delimiters.empty() ? std::string_view{"."} : delimiters);
  if (reverse)
    std::reverse(pieces.begin(), pieces.end());
  const std::size_t first =
      keep == 0 || keep >= pieces.size() ? 0 : pieces.size() - keep;
  std::string out{pieces[first]};
  for (std::size_t i = first + 1; i < pieces.size(); ++i) {
    out += '.';
    out += pieces[i];
  }
  return url_escape ? url_escaped(out) : out;
}

std::string macro::to_string() const {
  const char shown_letter =
      url_escape ? static_cast<char>(letter - 'a' + 'A') : letter;
  return fmt::format("%{{{}{}{}{}}}", shown_letter,
                     keep == 0 ? "" : std::to_string(keep), reverse ? "r" : "",
                     delimiters);
}

} // namespace spfblock::spf
