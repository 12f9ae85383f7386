#include "core/reports/health.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace spfblock::reports {
namespace {

using std::chrono::seconds;

bool is_reliable(const domain_status& of, seconds interval) {
  switch (of.condition) {
  case domain_condition::failing: return of.age && *of.age <= 2 * interval;
  // It was found good, and waits for an allowed domain, for `retry` at most.
  case domain_condition::waiting: return of.age.has_value();
  case domain_condition::unknown:
  case domain_condition::overdue: return false;
  case domain_condition::gone:
  case domain_condition::held:
  case domain_condition::refused:
  case domain_condition::fresh: break;
  }
  return true;
}

std::optional<std::string> hang(const vital_signs& signs) {
  if (signs.unanswered > longest_delay)
    return fmt::format("lookups are not answered: a serving thread has been "
                       "busy for {} s",
                       signs.unanswered.count());
  if (signs.building > longest_delay)
    return fmt::format("a table has been under construction for {} s",
                       signs.building->count());
  if (signs.quiet > longest_quiet)
    return fmt::format("expansions are under way and none has ended for {} s",
                       signs.quiet->count());
  if (signs.overdue > longest_delay)
    return fmt::format("a look at a domain is overdue by {} s",
                       signs.overdue.count());
  return std::nullopt;
}

std::string describe(const domain_status& of) {
  if (of.trouble.empty())
    return fmt::format("{} is {}", of.name, text_of(of.condition));
  return fmt::format("{} is {}: {}", of.name, text_of(of.condition),
                     of.trouble);
}

/// Not one listed domain can be relied on.
std::optional<std::string> decay(const status_report& of, seconds interval) {
  std::size_t listed = 0;
  const domain_status* first = nullptr;
  for (const domain_status& each : of.domains) {
    if (each.role != domains::role::listed)
      continue;
    if (is_reliable(each, interval))
      return std::nullopt;
    first = first == nullptr ? &each : first;
    ++listed;
  }
  if (first == nullptr)
    return std::nullopt;
  return fmt::format("the networks of no listed domain of {} are known and "
                     "recent; {}",
                     listed, describe(*first));
}

} // namespace

seconds overdue_by(const domains::domain_book& book, timestamp now) {
  const auto next = book.next_due(now);
  if (!next || *next >= now.steady)
    return seconds{0};
  return std::chrono::floor<seconds>(now.steady - *next);
}

std::optional<std::string>
health_problem(const status_report& domains, const vital_signs& signs,
               const config::refresh_settings& refresh) {
  if (auto refused = configuration_problem(domains.configuration))
    return refused;
  if (!signs.published)
    return "no table was published yet";
  if (const auto missing = ports_problem(domains))
    return "whoever asks there is not answered: " + *missing;
  if (auto found = hang(signs))
    return found;
  return decay(domains, refresh.interval);
}

std::optional<std::string> concern(const status_report& domains) {
  std::optional<std::string> first =
      configuration_concern(domains.configuration);
  std::size_t more = 0;
  for (const file_status& each : domains.files) {
    if (each.trouble.empty())
      continue;
    if (first)
      ++more;
    else
      first = "a published file is not written: " + each.trouble;
  }
  for (const domain_status& each : domains.domains) {
    const std::string gap = gap_in(each);
    if (gap.empty())
      continue;
    if (first)
      ++more;
    else
      first = each.name + ": " + gap;
  }
  if (more > 0)
    *first += fmt::format("; and {} more", more);
  return first;
}

} // namespace spfblock::reports
