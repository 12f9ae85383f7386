#include "core/page/asked.hpp"

#include "core/dns/unicode_name.hpp"
#include "core/net/ip_prefix.hpp"
#include "core/support/text.hpp"

#include <algorithm>
#include <optional>

namespace spfblock::page {
namespace {

std::optional<net::ip_address> address_in(std::string_view word) {
  constexpr std::string_view tag = "IPv6:"; // RFC 5321 §4.1.3
  if (iequals(word.substr(0, tag.size()), tag))
    word.remove_prefix(tag.size());
  if (word.find('/') == std::string_view::npos)
    return net::ip_address::try_parse(word);
  const auto network = net::ip_prefix::parse(word);
  return network ? std::optional{network->first()} : std::nullopt;
}

std::optional<net::ip_address> bracketed_address(std::string_view text) {
  for (auto open = text.find('['); open != std::string_view::npos;
       open = text.find('[', open + 1)) {
    const auto close = text.find(']', open);
    if (close == std::string_view::npos)
      return std::nullopt;
    if (const auto found = address_in(text.substr(open + 1, close - open - 1)))
      return found;
  }
  return std::nullopt;
}

constexpr std::string_view around_words = " \t\r\n,;()<>[]\"'";

std::optional<net::ip_address> address_word(std::string_view text) {
  while (!text.empty()) {
    const auto end = std::min(text.find_first_of(around_words), text.size());
    std::string_view word = text.substr(0, end);
    while (word.ends_with('.') || word.ends_with(':'))
      word.remove_suffix(1); // of a sentence
    if (const auto found = address_in(word))
      return found;
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return std::nullopt;
}

std::optional<dns::name> domain_in(std::string_view text) {
  if (const auto at = text.rfind('@'); at != std::string_view::npos)
    text.remove_prefix(at + 1);
  while (!text.empty() &&
         around_words.find(text.back()) != std::string_view::npos)
    text.remove_suffix(1);
  if (text.find_first_of(around_words) != std::string_view::npos)
    return std::nullopt;
  auto name = dns::name_from_unicode(text);
  return name && !name->is_root() ? std::optional{*std::move(name)}
                                  : std::nullopt;
}

} // namespace

asked read_question(std::string_view text) {
  text = trimmed(text);
  asked question{std::string{text}, {}};
  if (const auto whole = address_in(text))
    question.about = *whole;
  else if (const auto bracketed = bracketed_address(text))
    question.about = *bracketed;
  else if (const auto word = address_word(text))
    question.about = *word;
  else if (auto domain = domain_in(text))
    question.about = *std::move(domain);
  return question;
}

} // namespace spfblock::page
