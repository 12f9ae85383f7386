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

std::uint64_t service_view::hits_of(const std::string& listing) const {
  const auto counter = numbers->find(listing);
  return counter ? hits.of(*counter) : 0;
}

std::uint64_t service_view::network_hits() const {
  std::uint64_t sum = 0;
  for (const std::uint32_t each : numbers->of_networks())
    sum += hits.of(each);
  return sum;
}

std::uint64_t service_view::hits_in_all() const {
  std::uint64_t sum = 0;
  for (std::uint32_t number = 0; number <= numbers->last(); ++number)
    sum += hits.of(number);
  return sum;
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
          .history_path = of.refresh.history_path(),
          .dns = of.dns,
          .reloads = of.reloads,
          .counted = of.threads.counted(),
          .connections = limit.open.load(),
          .most_connections = limit.most.load(),
          .log_lines_lost = of.log.lost(),
          .started_at = of.started_at,
          .hits = of.threads.hits(),
          .numbers = &of.refresh.numbers(),
          .hits_over_time = of.hits.record(),
          .hits_kept = of.hits.totals()};
}

} // namespace spfblock::server
