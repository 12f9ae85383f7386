#include "server/service_lines.hpp"

#include "core/reports/status.hpp"
#include "core/support/text.hpp"

#include <fmt/format.h>

namespace spfblock::server {

using protocols::count;

namespace {

/// As a part of the status.
std::string ports_in_trouble(const listeners& of, missing_ports besides) {
  std::string told;
  for (const net::socket_address& each : of.missing())
    told += "; " + each.to_string() + " unavailable, see the log";
  if (besides.admin)
    told += "; admin port unavailable, see the log";
  if (besides.metrics)
    told += "; metrics port unavailable, see the log";
  return told;
}

} // namespace

std::string status_line(const service_parts& of, missing_ports besides) {
  if (auto problem = reports::configuration_problem(of.configuration))
    return *std::move(problem);
  const auto table = of.table.load();
  const protocols::counts counts = of.threads.counted();
  return fmt::format(
      "{}; {}; {}, {}{}{}",
      reports::in_brief(
          reports::count_conditions(of.refresh.book(), read_clocks())),
      counted(table->ipv4_networks() + table->ipv6_networks(), "network"),
      counted(counts[count::found] + counts[count::not_found], "lookup"),
      counted(of.threads.limit().open.load(), "connection"),
      ports_in_trouble(of.ports, besides),
      of.reloads.last_accepted ? ""
                               : "; the last reload was refused, see the log");
}

log::event statistics_event(const service_parts& of) {
  const protocols::counts counts = of.threads.counted();
  const auto table = of.table.load();
  const query_time::totals mail = of.mail.totals();
  return log::event_of<log::kind::statistics>{}
      .with("found", counts[count::found])
      .with("not_found", counts[count::not_found])
      .with("refused", counts[count::refused])
      .with("connections", counts[count::connections])
      .with("connections_open", of.threads.limit().open.load())
      .with("ipv4_networks", table->ipv4_networks())
      .with("ipv6_networks", table->ipv6_networks())
      .with("mail_claims", mail.claims())
      .with("mail_checks", mail.checks.ended())
      .with("mail_over_budget", mail.checks.over_budget);
}

} // namespace spfblock::server
