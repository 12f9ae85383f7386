#include "core/table/placeholder.hpp"

#include "core/support/text.hpp"

#include <algorithm>
#include <array>

namespace spfblock::table {

namespace {

constexpr std::array<placeholder_spelling, 4> spellings{{
    {"{domain}", placeholder::domain},
    {"{network}", placeholder::network},
    {"{address}", placeholder::address},
    {"{since}", placeholder::since},
}};

/// A name in braces at the beginning of `text`, with them; empty if there is
/// none.
std::string_view name_in_braces(std::string_view text) noexcept {
  const auto end = std::find_if_not(text.begin() + 1, text.end(), [](char c) {
    return is_letter(c) || is_digit(c) || c == '_' || c == '-';
  });
  const auto size = static_cast<std::size_t>(end - text.begin());
  const bool is_one = size > 1 && end != text.end() && *end == '}';
  return is_one ? text.substr(0, size + 1) : std::string_view{};
}

} // namespace

const placeholder_spelling* first_placeholder(std::string_view text) noexcept {
  const auto* const found =
      std::find_if(spellings.begin(), spellings.end(),
                   [text](const placeholder_spelling& one) {
                     return text.starts_with(one.text);
                   });
  return found == spellings.end() ? nullptr : found;
}

std::string without_placeholders(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const placeholder_spelling* const found = first_placeholder(text);
    out += found == nullptr ? text.front() : 'x';
    text.remove_prefix(found == nullptr ? 1 : found->text.size());
  }
  return out;
}

std::optional<failure> check_placeholders(std::string_view text) {
  for (auto at = text.find('{'); at != text.npos; at = text.find('{', at + 1)) {
    const std::string_view rest = text.substr(at);
    const std::string_view name = name_in_braces(rest);
    if (!name.empty() && first_placeholder(rest) == nullptr)
      return failure{
          errc::malformed,
          "unknown placeholder " + in_quotes(name) + " in " + in_quotes(text) +
              " (expected {domain}, {network}, {address} or {since})",
          at};
  }
  return std::nullopt;
}

} // namespace spfblock::table
