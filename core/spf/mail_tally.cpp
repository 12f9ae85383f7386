#include "core/spf/mail_tally.hpp"

#include <fmt/format.h>

namespace spfblock::spf {

std::string mail_tally::chain() const {
  std::string text = sender_.to_string();
  for (const std::string_view each : path_)
    (text += " -> ") += each;
  return text;
}

term_result mail_tally::permerror(const std::string& why) {
  if (skips())
    return term_result::no_match;
  why_ = chain() + ": permerror: " + why;
  return term_result::permerror;
}

term_result mail_tally::temperror(const std::string& why) {
  why_ = chain() + ": temperror: " + why;
  return term_result::temperror;
}

std::optional<term_result> mail_tally::spend_dns_term() {
  if (++dns_terms_ <= dns_term_limit || skips())
    return std::nullopt;
  return permerror(
      fmt::format("over {} terms that cause DNS queries", dns_term_limit));
}

std::optional<term_result> mail_tally::spend_void_lookups(unsigned count) {
  void_lookups_ += count;
  if (void_lookups_ <= void_lookup_limit || skips())
    return std::nullopt;
  return permerror(fmt::format("over {} void lookups", void_lookup_limit));
}

} // namespace spfblock::spf
