#include "server/admin/content_coding.hpp"

#include "core/support/text.hpp"

#include <algorithm>
#include <cstddef>
#include <optional>

namespace spfblock::server {
namespace {

constexpr unsigned whole = 1000; ///< weights have three digits at most

/// A qvalue, in thousandths (RFC 9110 §12.4.2).
std::optional<unsigned> parse_weight(std::string_view text) {
  if (text.empty() || text.size() > 5 || (text[0] != '0' && text[0] != '1') ||
      (text.size() > 1 && text[1] != '.'))
    return std::nullopt;
  unsigned weight = text[0] == '1' ? whole : 0;
  unsigned place = whole;
  for (const char digit : text.substr(std::min<std::size_t>(text.size(), 2))) {
    if (digit < '0' || digit > '9')
      return std::nullopt;
    place /= 10;
    weight += static_cast<unsigned>(digit - '0') * place;
  }
  return weight <= whole ? std::optional{weight} : std::nullopt;
}

/// What stands behind the coding: nothing, or `q=` and a weight.
std::optional<unsigned> parse_parameter(std::string_view text) {
  if (!iequals(text.substr(0, 2), "q="))
    return std::nullopt;
  return parse_weight(text.substr(2));
}

} // namespace

content_coding preferred_coding(std::string_view accept) {
  std::optional<unsigned> gzip;
  std::optional<unsigned> identity;
  std::optional<unsigned> others;
  for (const std::string_view each : split(accept, ',')) {
    const auto semicolon = std::min(each.find(';'), each.size());
    const std::string_view coding = trimmed(each.substr(0, semicolon));
    const auto weight =
        semicolon == each.size()
            ? std::optional{whole}
            : parse_parameter(trimmed(each.substr(semicolon + 1)));
    if (!weight)
      continue;
    if (iequals(coding, "gzip") || iequals(coding, "x-gzip"))
      gzip = weight;
    else if (iequals(coding, "identity"))
      identity = weight;
    else if (coding == "*")
      others = weight;
  }
  const unsigned wanted = gzip.value_or(others.value_or(0));
  const unsigned plain = identity.value_or(others.value_or(0));
  return wanted > 0 && wanted >= plain ? content_coding::gzip
                                       : content_coding::identity;
}

} // namespace spfblock::server
