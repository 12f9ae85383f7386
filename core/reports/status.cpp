#include "core/reports/status.hpp"

#include "core/domains/objection.hpp"
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

domain_condition condition_of(const domains::domain_page& page,
                              const config::refresh_settings& refresh,
                              timestamp now) {
  if (page.failures > 0 &&
      (!page.in_part || longest_kept(page.good).count() > 0))
    return page.good_at ? domain_condition::failing : domain_condition::unknown;
  if (page.gone)
    return domain_condition::gone;
  if (page.held)
    return domain_condition::held;
  if (!page.refusals.empty() || page.not_kept)
    return domain_condition::refused;
  if (!page.good_at)
    return page.tried ? domain_condition::unknown : domain_condition::waiting;
  return since(*page.good_at, now) > 2 * refresh.interval
             ? domain_condition::overdue
             : domain_condition::fresh;
}

/// What is listed, or allowed, although it is undecided.
void tell_kept(const domains::domain_page& page, domain_status& told,
               timestamp now) {
  if (page.failures == 0)
    return;
  for (const spf::open_question& each : page.open_questions)
    told.undecided.push_back(text_of(each));
  const auto kept =
      page.in_part ? kept_in(page.good) & page.effective : page.effective;
  told.kept = kept.prefix_count();
  if (told.kept > 0 && page.good_at)
    told.kept_age = since(*page.good_at - longest_kept(page.good), now);
}

domain_status status_of(const domains::domain_page& page,
                        const config::refresh_settings& refresh,
                        timestamp now) {
  domain_status told;
  told.name = page.domain.name.to_string();
  told.role = page.role;
  told.condition = condition_of(page, refresh, now);
  told.networks = page.effective.prefix_count();
  told.ipv4_addresses = page.effective.ipv4_count();
  told.ipv6_slash64s = page.effective.ipv6_slash64_count();
  if (page.good_at)
    told.age = since(*page.good_at, now);
  if (!page.expanding)
    told.next_look = until(page.due, now);
  told.changed_at = page.changed_at;
  told.failures = page.failures;
  tell_kept(page, told, now);
  told.trouble = page.trouble;
  told.kept_off = page.kept_off.prefix_count();
  for (const domains::objection& each : domains::objections_to(page))
    told.refusals.push_back(each.text);
  if (page.domain.until)
    told.until = day_text(*page.domain.until);
  told.comment = page.domain.comment;
  return told;
}

} // namespace

bool is_stale(domain_condition condition) {
  switch (condition) {
  case domain_condition::failing:
  case domain_condition::unknown:
  case domain_condition::waiting:
  case domain_condition::overdue: return true;
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
    return "allowed, but its networks are not known: it protects nothing";
  if (of.condition == domain_condition::failing || of.trouble.empty())
    return {};
  return fmt::format("protects {}: {}",
                     of.networks == 0 ? "nothing" : "only a part", of.trouble);
}

std::size_t status_report::stale_domains() const {
  return static_cast<std::size_t>(std::count_if(
      domains.begin(), domains.end(), [](const domain_status& each) {
        return reports::is_stale(each.condition);
      }));
}

status_report report(const domains::domain_book& book, timestamp now) {
  status_report told;
  told.at = now.wall;
  told.domains.reserve(book.pages().size());
  for (const domains::domain_page& page : book.pages())
    told.domains.push_back(status_of(page, book.refresh(), now));
  const auto providers = book.providers();
  told.providers = providers.size();
  told.providers_known = static_cast<std::size_t>(
      std::count_if(providers.begin(), providers.end(), domains::is_known));
  return told;
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
