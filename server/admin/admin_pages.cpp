#include "server/admin/admin_pages.hpp"

#include "core/exports/format.hpp"
#include "core/page/domain_list.hpp"
#include "core/reports/explanation.hpp"
#include "core/reports/health.hpp"
#include "core/suggest/sender_notes_json.hpp"
#include "server/admin/metrics.hpp"
#include "server/admin/page_answers.hpp"
#include "server/admin/provenance.hpp"
#include "server/admin/view_reports.hpp"
#include "server/page/page_files.hpp"

#include <chrono>
#include <string>
#include <string_view>
#include <utility>

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

/// The file of the page that a path names; null if it names none.
const page_file* page_file_at(std::string_view path) {
  constexpr std::string_view folder = "/page/";
  return path.starts_with(folder) ? find_page_file(path.substr(folder.size()))
                                  : nullptr;
}

admin_reply reply_with(const page_file& file, content_coding coding) {
  const bool is_packed = coding == content_coding::gzip;
  admin_reply reply{200, std::string{file.content_type},
                    std::string{is_packed ? file.packed : file.plain}, coding};
  // A tag names octets: the compressed ones are others.
  reply.etag = '"' + std::string{file.digest} + (is_packed ? "-gzip\"" : "\"");
  return reply;
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

admin_reply status(const service_view& of) {
  return json(reports::to_json(report_of(of)));
}

admin_reply health(const service_view& of) {
  const auto domains = report_of(of);
  if (const auto found = problem_of(of, domains))
    return line(503, *found);
  const auto warning = reports::concern(domains);
  return line(200, warning ? "ok; warning: " + *warning : "ok");
}

admin_reply numbers(const service_view& of, std::size_t most_series) {
  const auto domains = report_of(of);
  return {200, exposition::content_type,
          metrics_text(of, domains, !problem_of(of, domains), most_series)};
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
  if (request.path == "/")
    return of_view(
        [asked = page::read_question(request.parameter("address"))](
            const service_view& of) { return front_page(of, asked); });
  if (request.path == "/domains")
    return domains(request);
  if (request.path == "/map")
    return map(request);
  if (const auto* file = page_file_at(request.path))
    return reply_with(*file, request.coding);
  return line(404, "not here; there are /, /metrics, /healthz, /status, "
                   "/senders, /domains, /map?prefix=, /explain?address= and "
                   "/export?format=");
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

admin_answer admin_pages::domains(const admin_request& request) {
  auto asked = page::read_list_question(
      request.parameter("search"), request.parameter("offset"),
      request.parameter("limit"), request.parameter("order"));
  if (!asked)
    return line(400, asked.error().message);
  return of_view([asked = *std::move(asked)](const service_view& of) {
    return json(page::domain_list_json(report_of(of).domains, asked));
  });
}

admin_answer admin_pages::map(const admin_request& request) {
  const auto network = page::mapped_network(request.parameter("prefix"));
  if (!network)
    return line(400, network.error().message);
  return planned_page{
      &pages_, [network = *network, kept = map_, table = parts_.table.load()] {
        return json(page::to_json(kept->of(table), network));
      }};
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
