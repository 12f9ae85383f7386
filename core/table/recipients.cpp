#include "core/table/recipients.hpp"

#include "core/dns/unicode_name.hpp"
#include "core/support/text.hpp"
#include "core/support/utf8.hpp"

#include <algorithm>

namespace spfblock::table {
namespace {

bool is_entry(std::string_view text) {
  const bool plain = std::all_of(text.begin(), text.end(), [](char c) {
    return static_cast<unsigned char>(c) > ' ' && c != '\x7f';
  });
  return plain && !text.empty() && text.size() <= recipients::longest &&
         text.back() != '@' && std::count(text.begin(), text.end(), '@') <= 1;
}

/// In lower case, the domain in A-labels; one that has no such form stays.
std::string as_compared(std::string_view address) {
  if (is_ascii(address))
    return to_lower(address);
  // A quoted local part may hold an @, a domain does not.
  const auto behind_local = address.rfind('@') + 1; // 0: there is no domain
  const auto domain = dns::ascii_form(address.substr(behind_local));
  if (behind_local == 0 || !domain)
    return to_lower(address);
  return to_lower(address.substr(0, behind_local)) + to_lower(*domain);
}

} // namespace

result<recipients> recipients::of(const std::vector<std::string>& entries) {
  recipients made;
  for (const std::string& each : entries) {
    if (!is_entry(each))
      return failure{errc::malformed,
                     in_quotes(each, 80) +
                         " is no recipient (expected: a local part, "
                         "LOCAL@DOMAIN, or @DOMAIN)"};
    made.entries_.push_back(as_compared(each));
  }
  std::sort(made.entries_.begin(), made.entries_.end());
  return made;
}

bool recipients::contains(std::string_view recipient) const {
  if (entries_.empty())
    return false;
  const std::string whole = as_compared(recipient);
  const std::string_view text = whole;
  const auto has = [this](std::string_view entry) {
    return std::binary_search(entries_.begin(), entries_.end(), entry);
  };
  const auto at = text.rfind('@');
  if (at == std::string_view::npos)
    return has(text);
  const auto local = text.substr(0, at);
  // An entry with an @ is no local part: "list@example.org"@elsewhere.example.
  const bool may_be_entry = local.find('@') == std::string_view::npos;
  return has(text) || (may_be_entry && has(local)) || has(text.substr(at));
}

} // namespace spfblock::table
