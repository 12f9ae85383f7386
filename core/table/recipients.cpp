#include "core/table/recipients.hpp"

#include "core/support/text.hpp"

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

} // namespace

result<recipients> recipients::of(const std::vector<std::string>& entries) {
  recipients made;
  for (const std::string& each : entries) {
    if (!is_entry(each))
      return failure{errc::malformed,
                     in_quotes(each, 80) +
                         " is no recipient (expected: a local part, "
                         "LOCAL@DOMAIN, or @DOMAIN)"};
    made.entries_.push_back(to_lower(each));
  }
  std::sort(made.entries_.begin(), made.entries_.end());
  return made;
}

bool recipients::contains(std::string_view recipient) const {
  if (entries_.empty())
    return false;
  const std::string whole = to_lower(recipient);
  const std::string_view text = whole;
  const auto has = [this](std::string_view entry) {
    return std::binary_search(entries_.begin(), entries_.end(), entry);
  };
  // A quoted local part may hold an @, a domain does not.
  const auto at = text.rfind('@');
  if (at == std::string_view::npos)
    return has(text);
  const auto local = text.substr(0, at);
  // An entry with an @ is no local part: "list@example.org"@elsewhere.example.
  const bool may_be_entry = local.find('@') == std::string_view::npos;
  return has(text) || (may_be_entry && has(local)) || has(text.substr(at));
}

} // namespace spfblock::table
