#include "core/reports/status.hpp"

#include "core/support/calendar.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace spfblock::reports {
namespace {

using std::chrono::seconds;

/// How long ago `at` was; 0 if it lies ahead.
seconds since(moment at, timestamp now) {
  return std::max(std::chrono::floor<seconds>(now.steady - at), seconds{0});
}

/// How long until `at`, not less than it is; 0 if it has passed.
seconds until(moment at, timestamp now) {
  return std::max(std::chrono::ceil<seconds>(at - now.steady), seconds{0});
}

domain_condition condition_of(const domains::known_domain& known,
                              const config::refresh_settings& refresh,
                              timestamp now) {
  if (known.failures > 0 &&
      (!known.in_part || known.figures.longest_kept.count() > 0))
    return known.good_at ? domain_condition::failing
                         : domain_condition::unknown;
  if (known.gone)
    return domain_condition::gone;
  if (known.held)
    return domain_condition::held;
  if (!known.refusals->empty() || known.not_kept || known.mail_not_kept)
    return domain_condition::refused;
  if (!known.good_at)
    return known.tried ? domain_condition::unknown : domain_condition::waiting;
  if (known.waits)
    return domain_condition::waiting;
  return since(*known.good_at, now) > 2 * refresh.interval
             ? domain_condition::overdue
             : domain_condition::fresh;
}

/// What is listed, or allowed, although it is undecided.
void tell_kept(const domains::known_domain& known, domain_status& report,
               timestamp now) {
  if (known.failures == 0)
    return;
  report.undecided = known.figures.undecided;
  report.kept = known.figures.kept;
  if (report.kept > 0 && known.good_at)
    report.kept_age = since(*known.good_at - known.figures.longest_kept, now);
}

domain_status status_of(const domains::known_domain& known,
                        const config::refresh_settings& refresh,
                        timestamp now) {
  domain_status report;
  report.name = known.domain.name.to_string();
  report.role = known.role;
  report.condition = condition_of(known, refresh, now);
  report.networks = known.figures.networks;
  report.ipv4_addresses = known.figures.ipv4_addresses;
  report.ipv6_slash64s = known.figures.ipv6_slash64s;
  if (known.good_at)
    report.age = since(*known.good_at, now);
  if (!known.expanding)
    report.next_look = until(known.due, now);
  if (known.put_aside_at)
    report.put_aside = since(*known.put_aside_at, now);
  report.changed_at = known.changed_at;
  report.failures = known.failures;
  tell_kept(known, report, now);
  report.trouble = known.trouble;
  report.kept_off = known.figures.kept_off;
  report.overlap = known.figures.overlap;
  report.overlap_held = known.overlap->held;
  report.overlap_hosts = known.overlap->hosts;
  report.refusals = known.figures.objections;
  report.by_mail = known.mail_terms;
  if (known.waits_for_mail) {
    for (const table::named_clients& each : known.waits_for_mail->named)
      report.by_name.push_back(each.target.to_string());
  }
  if (known.domain.until)
    report.until = day_text(*known.domain.until);
  report.comment = known.domain.comment;
  if (known.action)
    report.action = known.action->text();
  if (known.role == domains::role::listed)
    report.listed_since = known.figures.oldest_term;
  return report;
}

} // namespace

bool is_stale(domain_condition condition) {
  switch (condition) {
  case domain_condition::failing:
  case domain_condition::unknown:
  case domain_condition::overdue: return true;
  case domain_condition::waiting:
  case domain_condition::gone:
  case domain_condition::held:
  case domain_condition::refused:
  case domain_condition::fresh: break;
  }
  return false;
}

std::string gap_in(const domain_status& of) {
  if (of.role == domains::role::listed)
    return {};
  if (!of.age && of.networks > 0)
    return "not known: allowed is what the program brought with it";
  if (!of.age)
    return fmt::format("allowed, but its networks are not known{}: it protects "
                       "nothing",
                       of.put_aside ? ", since its look was put aside" : "");
  if (of.put_aside && of.condition == domain_condition::overdue)
    return "protects what it had when it was last looked at, since its look "
           "was put aside";
  if (of.condition == domain_condition::failing || of.trouble.empty())
    return {};
  return fmt::format("protects {}: {}",
                     of.networks == 0 ? "nothing" : "only a part", of.trouble);
}

bool is_in_trouble(const domain_status& of) {
  if (of.overlap > 0 || of.put_aside)
    return true;
  switch (of.condition) {
  case domain_condition::waiting:
  case domain_condition::fresh: return of.age && !gap_in(of).empty();
  case domain_condition::failing:
  case domain_condition::unknown:
  case domain_condition::gone:
  case domain_condition::held:
  case domain_condition::refused:
  case domain_condition::overdue: break;
  }
  return true;
}

std::size_t status_report::stale_domains() const {
  return static_cast<std::size_t>(std::count_if(
      domains.begin(), domains.end(), [](const domain_status& each) {
        return reports::is_stale(each.condition);
      }));
}

status_report report(const domains::domain_book& book, timestamp now,
                     const domain_choice& only) {
  status_report report;
  report.at = now.wall;
  report.domains.reserve(only ? only->size() : book.domains().size());
  for (const domains::known_domain& known : book.domains()) {
    if (!only || only->contains(known.domain.name))
      report.domains.push_back(status_of(known, book.refresh(), now));
  }
  const auto providers = book.providers();
  report.providers = providers.size();
  report.providers_known = static_cast<std::size_t>(
      std::count_if(providers.begin(), providers.end(), domains::is_known));
  for (const auto& pages : {book.domains(), providers})
    report.put_aside += static_cast<std::size_t>(std::count_if(
        pages.begin(), pages.end(), [](const domains::known_domain& each) {
          return each.put_aside_at.has_value();
        }));
  return report;
}

condition_counts count_conditions(const domains::domain_book& book,
                                  timestamp now) {
  condition_counts counts{};
  for (const domains::known_domain& each : book.domains())
    ++counts[static_cast<std::size_t>(condition_of(each, book.refresh(), now))];
  return counts;
}

std::string_view text_of(domain_condition condition) {
  switch (condition) {
  case domain_condition::failing: return "failing";
  case domain_condition::unknown: return "unknown";
  case domain_condition::gone: return "gone";
  case domain_condition::held: return "held";
  case domain_condition::refused: return "refused";
  case domain_condition::waiting: return "waiting";
  case domain_condition::overdue: return "overdue";
  case domain_condition::fresh: return "fresh";
  }
  return "";
}

} // namespace spfblock::reports
