#include "core/hits/busiest.hpp"
#include "core/reports/all_printable.hpp"
#include "core/reports/status.hpp"
#include "core/support/calendar.hpp"
#include "core/support/text.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace spfblock::reports {

void add_hits(status_report& to, const hits::hit_ledger& from,
              std::uint64_t since_start) {
  const auto complete_since = from.complete_since();
  to.hits = {since_start, from.in_all().in_hour(to.at),
             from.in_all().in_day(to.at), complete_since};
  for (domain_status& each : to.domains) {
    if (each.role != domains::role::listed)
      continue;
    const auto hits = hits::figures_of(from.find(each.name), 0, to.at);
    each.hits_hour = hits.hour;
    each.hits_day = hits.day;
    each.last_hit = hits.last;
    const auto known_since = hits.last ? hits.last : complete_since;
    if (known_since && each.listed_since)
      each.unused_since = std::max(*known_since, *each.listed_since);
  }
}

bool is_unused(const domain_status& of, std::chrono::sys_seconds now,
               std::chrono::days span) {
  return of.unused_since && now - *of.unused_since >= span;
}

std::string unused_text(const status_report& of, std::chrono::days span) {
  if (!of.hits)
    return "hits are known to the running server alone\n";
  std::vector<const domain_status*> unused;
  for (const domain_status& each : of.domains) {
    if (is_unused(each, of.at, span))
      unused.push_back(&each);
  }
  std::stable_sort(unused.begin(), unused.end(),
                   [](const auto* a, const auto* b) {
                     return *a->unused_since < *b->unused_since;
                   });
  std::string out = fmt::format(
      "{} without a hit for {} or more", counted(unused.size(), "domain"),
      counted(static_cast<std::uint64_t>(span.count()), "day"));
  if (of.hits->complete_since)
    out += ", of hits kept since " + utc_text(*of.hits->complete_since);
  out += '\n';
  for (const domain_status* each : unused)
    out += fmt::format(
        "  {}  {}{}\n",
        day_text(std::chrono::floor<std::chrono::days>(*each->unused_since)),
        all_printable(each->name),
        each->comment.empty() ? ""
                              : "  (" + all_printable(each->comment) + ')');
  return out;
}

} // namespace spfblock::reports
