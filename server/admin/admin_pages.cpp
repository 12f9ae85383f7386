#include "server/admin/admin_pages.hpp"

#include "core/exports/format.hpp"
#include "core/reports/explanation.hpp"
#include "core/reports/health.hpp"
#include "core/suggest/sender_notes_json.hpp"
#include "server/admin/metrics.hpp"
#include "server/admin/provenance.hpp"

#include <chrono>
#include <cstdint>
#include <string>
#include <unistd.h>

namespace spfblock::server {
namespace {

/// How long what others get is not made anew.
constexpr std::chrono::seconds good_for{1};

admin_reply line(unsigned status, const std::string& text) {
  return {status, "text/plain; charset=utf-8", text + '\n'};
}

admin_reply json(std::string document) {
  return {200, "application/json", std::move(document)};
}

const char* content_type_of(exports::format as) {
  switch (as) {
  case exports::format::json: return "application/json";
  case exports::format::cdb: return "application/octet-stream";
  default: return "text/plain; charset=utf-8";
  }
}

std::string known_formats() {
  std::string list;
  for (const std::string_view each : exports::format_names)
    list.append(list.empty() ? "" : ", ").append(each);
  return list;
}

reports::status_report report(const service_view& of) {
  auto made = reports::report(*of.book, of.at);
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
  for (reports::domain_status& each : made.domains) {
    if (each.role != domains::role::listed)
      continue;
    each.hits = of.hits_of(each.name);
    if (const auto name = dns::name::from_text(each.name);
        name && !each.by_mail.empty())
      each.passes_everybody = of.passing_everybody.contains(*name);
  }
  return made;
}

std::optional<std::string>
health_problem(const service_view& of, const reports::status_report& domains) {
  auto signs = of.signs;
  signs.overdue = reports::overdue_by(*of.book, of.at);
  return reports::health_problem(domains, signs, of.book->refresh());
}

admin_reply status(const service_view& of) {
  return json(reports::to_json(report(of)));
}

admin_reply health(const service_view& of) {
  const auto domains = report(of);
  if (const auto found = health_problem(of, domains))
    return line(503, *found);
  const auto warning = reports::concern(domains);
  return line(200, warning ? "ok; warning: " + *warning : "ok");
}

admin_reply numbers(const service_view& of, std::size_t most_series) {
  const auto domains = report(of);
  return {200, exposition::content_type,
          metrics_text(of, domains, !health_problem(of, domains), most_series)};
}

} // namespace

/// A page of what is so now.
/// @param make gets the view, on the thread that makes pages
template <class Make>
admin_answer admin_pages::of_view(Make make) {
  return planned_page{&pages_, [view = take_view(parts_),
                                make = std::move(make)] { return make(view); }};
}

admin_answer admin_pages::answer(const admin_request& request) {
  if (request.path == "/metrics")
    return of_view([most = most_series_](const service_view& of) {
      return numbers(of, most);
    });
  if (request.path == "/healthz")
    return of_view(health);
  if (request.path == "/status")
    return of_view(status);
  if (request.path == "/explain")
    return explain(request);
  if (request.path == "/export")
    return exported(request);
  if (request.path == "/senders")
    return senders();
  return line(404, "not here; there are /metrics, /healthz, /status, /senders, "
                   "/explain?address= and /export?format=");
}

admin_answer admin_pages::answer_others(const admin_request& request) {
  if (request.path != "/metrics")
    return line(404, "not here; there is /metrics");
  return of_view(
      [kept = for_others_, most = most_series_](const service_view& of) {
        if (!kept->made_at || of.at.steady - *kept->made_at >= good_for) {
          kept->page = numbers(of, most);
          kept->made_at = of.at.steady;
        }
        return kept->page;
      });
}

admin_answer admin_pages::explain(const admin_request& request) {
  const auto address = net::ip_address::parse(request.parameter("address"));
  if (!address)
    return line(400, address.error().message);
  return of_view([address = *address](const service_view& of) {
    return json(reports::to_json(
        reports::explain(address, *of.table, *of.book, of.at)));
  });
}

admin_answer admin_pages::exported(const admin_request& request) {
  const auto as = exports::format_named(request.parameter("format"));
  if (!as)
    return line(400, "unknown format; there are " + known_formats());
  return planned_page{
      &exports_, [as = *as, table = parts_.table.load(), now = read_clocks()] {
        return admin_reply{200, content_type_of(as),
                           exports::document(as, *table, provenance_at(now))};
      }};
}

admin_answer admin_pages::senders() {
  return planned_page{&pages_, [&notes = parts_.senders] {
                        return json(suggest::to_json(notes.copy()));
                      }};
}

void admin_pages::give_up() {
  pages_.give_up();
  exports_.give_up();
}

bool admin_pages::ended_by(moment limit) {
  return pages_.ended_by(limit) && exports_.ended_by(limit);
}

} // namespace spfblock::server
