#include "core/config/domain_name.hpp"

#include "core/net/ip_address.hpp"
#include "core/support/text.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace spfblock::config {

namespace {

failure unexpected(std::string_view text, std::string_view expected) {
  return {errc::malformed,
          fmt::format("found {} (expected {})", in_quotes(text), expected)};
}

bool is_ascii(char c) noexcept {
  return static_cast<unsigned char>(c) < 0x80;
}

bool is_name_character(char c) noexcept {
  return is_letter(c) || is_digit(c) || c == '-' || c == '_' || c == '.';
}

} // namespace

result<dns::name> parse_domain(std::string_view text) {
  if (!std::all_of(text.begin(), text.end(), is_ascii))
    return unexpected(text, "the ASCII form of the name, its A-label: xn--...");
  if (net::ip_address::try_parse(text))
    return unexpected(text, "a domain name; addresses go into \"networks\"");
  if (!std::all_of(text.begin(), text.end(), is_name_character))
    return unexpected(
        text, "a domain name of letters, digits, hyphens and underscores");
  auto name = dns::name::from_text(text);
  if (!name)
    return failure{errc::malformed,
                   name.error().message + " (expected a domain name)"};
  if (name->label_count() < 2)
    return unexpected(text, "a domain name of at least two labels");
  return name;
}

} // namespace spfblock::config
