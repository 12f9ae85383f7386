#include "core/spf/tally.hpp"

#include <fmt/format.h>

#include <utility>

namespace spfblock::spf {

cohorts tally::permerror(cohorts concerned) {
  if (!skips() && !concerned.empty()) {
    spend_error(concerned);
    account_.permerror(std::exchange(concerned, {}));
  }
  return concerned;
}

cohorts tally::permerror(account::entry at, cohorts concerned,
                         const std::string& why) {
  if (concerned.empty())
    return concerned;
  if (skips()) {
    account_.error(at, "permerror: " + why);
    return concerned;
  }
  spend_error(concerned);
  account_.permerror(at, concerned, why);
  return {};
}

void tally::temperror(const cohorts& concerned, const std::string& why) {
  if (concerned.empty())
    return;
  spend_error(concerned);
  account_.temperror(concerned, why);
}

void tally::temperror(account::entry at, const cohorts& concerned,
                      const std::string& why) {
  if (concerned.empty())
    return;
  account_.error(at, "temperror: " + why);
  temperror(concerned, why);
}

/// The account adds them to those in error so far.
void tally::spend_error(const cohorts& concerned) {
  ranges_in_error_ += concerned.ranges();
  budget_.spend_work(concerned.work_to_unite() + ranges_in_error_);
}

/// The account adds them to those who wait so far.
void tally::depend_on_mail(account::entry at, mail_dependence on,
                           const cohorts& whom) {
  ranges_waiting_ += whom.ranges();
  budget_.spend_work(whom.work_to_unite() + ranges_waiting_);
  account_.waits(at, on, whom);
}

void tally::depend_on_name(const dns::name& target, const cohorts& whom) {
  ranges_waiting_ += whom.ranges();
  budget_.spend_work(whom.work_to_unite() + ranges_waiting_);
  account_.passes_by_name(target, whom);
}

cohorts tally::spend_dns_term(account::entry at, cohorts undecided) {
  undecided.count(1, 0);
  account_.counted(at, undecided);
  cohorts over = undecided.extract_if(
      [](const cohort& c) { return c.dns_terms > dns_term_limit; });
  if (!over.empty())
    undecided.add(permerror(
        at, std::move(over),
        fmt::format("over {} terms that cause DNS queries", dns_term_limit)));
  return undecided;
}

cohorts tally::spend_void_lookup(account::entry at, cohorts unmatched) {
  unmatched.count(0, 1);
  account_.counted(at, unmatched);
  cohorts over = unmatched.extract_if(
      [](const cohort& c) { return c.void_lookups > void_lookup_limit; });
  if (!over.empty())
    unmatched.add(
        permerror(at, std::move(over),
                  fmt::format("over {} void lookups", void_lookup_limit)));
  return unmatched;
}

} // namespace spfblock::spf
