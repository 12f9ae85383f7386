#include "server/admin/service_view.hpp"

namespace spfblock::server {
namespace {

std::vector<reports::open_port> open_ports(const listeners& of) {
  std::vector<reports::open_port> open;
  for (const config::listener& each : of.doors())
    open.push_back(
        {std::string{protocols::text_of(each.kind)}, each.where.to_string()});
  return open;
}

} // namespace

std::uint64_t service_view::hits_of(const std::string& domain) const {
  const auto counter = numbers->find(domain);
  return counter ? hits.of(*counter) : 0;
}

service_view take_view(const service_parts& of) {
  const connection_limit& limit = of.threads.limit();
  return {.at = read_clocks(),
          .book = of.refresh.shared_book(),
          .table = of.table.load(),
          .is_published = of.refresh.is_current(),
          .configuration = of.configuration,
          .signs = of.signs(),
          .ports_unavailable = of.ports.troubles(),
          .ports_open = open_ports(of.ports),
          .files = of.files.state(),
          .sees_mail = of.mail.has_door(),
          .mail = of.mail.totals(),
          .passing_everybody = of.mail.passing_everybody(),
          .refreshed = of.refresh.totals(),
          .saves = of.refresh.saves(),
          .history = of.refresh.history(),
          .dns = of.dns,
          .reloads = of.reloads,
          .counted = of.threads.counted(),
          .connections = limit.open.load(),
          .most_connections = limit.most.load(),
          .log_lines_lost = of.log.lost(),
          .started_at = of.started_at,
          .hits = of.threads.hits(),
          .numbers = &of.refresh.numbers()};
}

} // namespace spfblock::server
