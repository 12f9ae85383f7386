#include "core/spf/tally.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace spfblock::spf {

void tally::remark(std::size_t term, const std::string& text) {
  if (!writes_)
    return;
  auto& remarks = out_.terms[term].remarks;
  if (std::find(remarks.begin(), remarks.end(), text) == remarks.end())
    remarks.push_back(text);
}

void tally::error(std::size_t term, const std::string& text) {
  if (!writes_)
    return;
  remark(term, text);
  out_.terms[term].in_error = true;
}

void tally::syntax_error(std::size_t term, const failure& fault) {
  error(term, fmt::format("permerror: {} (octet {} of the record)",
                          fault.message, fault.offset));
}

cohorts tally::permerror(cohorts concerned) {
  if (!skips())
    out_.permerror |= std::exchange(concerned, {}).addresses();
  return concerned;
}

cohorts tally::permerror(std::size_t term, cohorts concerned,
                         const std::string& why) {
  if (concerned.empty())
    return concerned;
  error(term, "permerror: " + why);
  return permerror(std::move(concerned));
}

void tally::temperror(const cohorts& concerned, const std::string& why) {
  if (concerned.empty())
    return;
  out_.temperror |= concerned.addresses();
  if (out_.reason.empty())
    out_.reason = why;
}

void tally::temperror(std::size_t term, const cohorts& concerned,
                      const std::string& why) {
  if (concerned.empty())
    return;
  error(term, "temperror: " + why);
  temperror(concerned, why);
}

void tally::note_counts(std::size_t term, const cohorts& after) {
  if (!writes_)
    return;
  term_visit& at = out_.terms[term];
  at.dns_terms = std::max(at.dns_terms, after.most_dns_terms());
  at.void_lookups = std::max(at.void_lookups, after.most_void_lookups());
}

cohorts tally::spend_dns_term(std::size_t term, cohorts undecided) {
  undecided.count(1, 0);
  note_counts(term, undecided);
  cohorts over = undecided.extract_if(
      [](const cohort& c) { return c.dns_terms > dns_term_limit; });
  if (!over.empty())
    undecided.add(permerror(
        term, std::move(over),
        fmt::format("over {} terms that cause DNS queries", dns_term_limit)));
  return undecided;
}

cohorts tally::spend_void_lookup(std::size_t term, cohorts unmatched) {
  unmatched.count(0, 1);
  note_counts(term, unmatched);
  cohorts over = unmatched.extract_if(
      [](const cohort& c) { return c.void_lookups > void_lookup_limit; });
  if (!over.empty())
    unmatched.add(
        permerror(term, std::move(over),
                  fmt::format("over {} void lookups", void_lookup_limit)));
  return unmatched;
}

} // namespace spfblock::spf
