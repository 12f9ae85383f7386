#include "server/admin/view_reports.hpp"

#include "core/dns/name.hpp"

#include <cstdint>
#include <unistd.h>

namespace spfblock::server {

reports::status_report report_of(const service_view& of,
                                 const reports::domain_choice& only) {
  auto made = reports::report(*of.book, of.at, only);
  made.configuration = of.configuration;
  made.ports_unavailable = of.ports_unavailable;
  made.ports_open = of.ports_open;
  made.pid = static_cast<std::uint32_t>(::getpid());
  made.is_published = of.is_published;
  for (const net::scoped_endpoint& each : of.dns.servers)
    made.name_servers.push_back(each.to_string());
  for (const published_state& each : of.files)
    made.files.push_back(each.status);
  made.sees_mail = of.sees_mail;
  made.mail = of.mail;
  made.history_trouble = of.history.trouble;
  made.hits_trouble = of.hits_kept.trouble;
  for (reports::domain_status& each : made.domains) {
    if (each.role != domains::role::listed)
      continue;
    each.hits = of.hits_of(each.name);
    if (const auto name = dns::name::from_text(each.name);
        name && !each.by_mail.empty())
      each.passes_everybody = of.passing_everybody.contains(*name);
  }
  of.read_hits([&](const hits::hit_ledger& ledger) {
    reports::add_hits(made, ledger, of.hits_in_all());
  });
  return made;
}

std::optional<std::string> problem_of(const service_view& of,
                                      const reports::status_report& domains) {
  auto signs = of.signs;
  signs.overdue = reports::overdue_by(*of.book, of.at);
  return reports::health_problem(domains, signs, of.book->refresh());
}

} // namespace spfblock::server
