#include "server/admin/admin_pages.hpp"

#include "core/exports/format.hpp"
#include "core/reports/explanation.hpp"
#include "core/reports/status.hpp"
#include "server/admin/provenance.hpp"

#include <chrono>
#include <string>
#include <unistd.h>

namespace spfblock::server {
namespace {

admin_reply line(unsigned status, const std::string& text) {
  return {status, "text/plain; charset=utf-8", text + '\n'};
}

admin_reply json(std::string document) {
  return {200, "application/json", std::move(document)};
}

std::string known_formats() {
  std::string list;
  for (const std::string_view each : exports::format_names)
    list.append(list.empty() ? "" : ", ").append(each);
  return list;
}

} // namespace

admin_reply admin_pages::answer(const admin_request& request) const {
  if (request.path == "/metrics")
    return numbers();
  if (request.path == "/healthz")
    return health();
  if (request.path == "/status")
    return status();
  if (request.path == "/explain")
    return explain(request);
  if (request.path == "/export")
    return exported(request);
  return line(404, "not here; there are /metrics, /healthz, /status, "
                   "/explain?address= and /export?format=");
}

admin_reply admin_pages::answer_others(const admin_request& request) {
  constexpr std::chrono::seconds good_for{1};
  if (request.path != "/metrics")
    return line(404, "not here; there is /metrics");
  const auto now = read_clocks().steady;
  if (!made_for_others_ || now - *made_for_others_ >= good_for) {
    for_others_ = numbers();
    made_for_others_ = now;
  }
  return for_others_;
}

admin_reply admin_pages::status() const {
  return json(reports::to_json(report()));
}

reports::status_report admin_pages::report() const {
  auto made = reports::report(refresher_.book(), read_clocks());
  made.configuration = configuration_;
  made.ports_unavailable = ports_.troubles();
  for (const config::listener& each : ports_.doors())
    made.ports_open.push_back(
        {std::string{protocols::text_of(each.kind)}, each.where.to_string()});
  made.pid = static_cast<std::uint32_t>(::getpid());
  made.is_published = refresher_.is_current();
  for (const net::scoped_endpoint& each : dns_.servers)
    made.name_servers.push_back(each.to_string());
  made.sees_mail = mail_.has_door();
  made.mail = mail_.totals();
  for (reports::domain_status& each : made.domains) {
    if (each.role != domains::role::listed)
      continue;
    each.hits = metrics_.hits_of(each.name);
    if (const auto name = dns::name::from_text(each.name);
        name && !each.by_mail.empty())
      each.passes_everybody = mail_.passes_everybody(*name);
  }
  return made;
}

std::optional<std::string>
admin_pages::health_problem(const reports::status_report& domains) const {
  return reports::health_problem(domains, signs_(),
                                 refresher_.book().refresh());
}

admin_reply admin_pages::health() const {
  const auto domains = report();
  if (const auto found = health_problem(domains))
    return line(503, *found);
  const auto warning = reports::concern(domains);
  return line(200, warning ? "ok; warning: " + *warning : "ok");
}

admin_reply admin_pages::numbers() const {
  const auto domains = report();
  return {200, exposition::content_type,
          metrics_.text(domains, !health_problem(domains))};
}

admin_reply admin_pages::explain(const admin_request& request) const {
  const auto address = net::ip_address::parse(request.parameter("address"));
  if (!address)
    return line(400, address.error().message);
  return json(reports::to_json(reports::explain(
      *address, *table_.load(), refresher_.book(), read_clocks())));
}

admin_reply admin_pages::exported(const admin_request& request) const {
  const auto as = exports::format_named(request.parameter("format"));
  if (!as)
    return line(400, "unknown format; there are " + known_formats());
  std::string document =
      exports::document(*as, *table_.load(), provenance_at(read_clocks()));
  if (*as == exports::format::json)
    return json(std::move(document));
  return {200, "text/plain; charset=utf-8", std::move(document)};
}

} // namespace spfblock::server
