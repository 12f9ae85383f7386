#include "core/config/domain_name.hpp"

#include "core/dns/unicode_name.hpp"
#include "core/net/ip_address.hpp"
#include "core/support/text.hpp"
#include "core/support/utf8.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace spfblock::config {

namespace {

failure unexpected(std::string_view text, std::string_view expected) {
  return {errc::malformed,
          fmt::format("found {} (expected {})", in_quotes(text), expected)};
}

/// @param written as it was before it was in ASCII
result<dns::name> parse_ascii(std::string_view text, std::string_view written) {
  if (net::ip_address::try_parse(text))
    return unexpected(written, "a domain name; addresses go into \"networks\"");
  if (!std::all_of(text.begin(), text.end(), dns::is_name_character))
    return unexpected(
        written, "a domain name of letters, digits, hyphens and underscores");
  auto name = dns::name::from_text(text);
  if (!name)
    return failure{errc::malformed,
                   name.error().message + " (expected a domain name)"};
  if (name->label_count() < 2)
    return unexpected(written, "a domain name of at least two labels");
  return name;
}

} // namespace

result<dns::name> parse_domain(std::string_view text) {
  if (is_ascii(text))
    return parse_ascii(text, text);
  const auto ascii = dns::ascii_form(text);
  return ascii ? parse_ascii(*ascii, text) : ascii.error();
}

} // namespace spfblock::config
