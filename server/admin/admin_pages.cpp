#include "server/admin/admin_pages.hpp"

#include "core/config/domain_name.hpp"
#include "core/exports/format.hpp"
#include "core/history/newest.hpp"
#include "core/history/question.hpp"
#include "core/hits/busiest.hpp"
#include "core/hits/hits_json.hpp"
#include "core/page/domain_list.hpp"
#include "core/reports/explanation.hpp"
#include "core/reports/health.hpp"
#include "core/suggest/sender_notes_json.hpp"
#include "core/support/calendar.hpp"
#include "core/support/text.hpp"
#include "server/admin/metrics.hpp"
#include "server/admin/page_answers.hpp"
#include "server/admin/provenance.hpp"
#include "server/admin/view_reports.hpp"
#include "server/history/history_file.hpp"
#include "server/page/page_files.hpp"

#include <chrono>
#include <set>
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

/// Which domains a request names; one that is empty names none.
/// @return errc::malformed for what is no domain
result<reports::domain_choice> domains_named(const admin_request& request) {
  const auto given = request.parameters("domain");
  if (given.empty())
    return reports::domain_choice{};
  std::set<dns::name> chosen;
  for (const std::string& each : given) {
    if (each.empty())
      continue;
    auto name = config::parse_domain(each);
    if (!name)
      return name.error();
    chosen.insert(*std::move(name));
  }
  return reports::domain_choice{std::move(chosen)};
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

// Hits, and the history ------------------------------------------------------

/// How many entries, or listings, are told where the request does not say, and
/// at most.
constexpr std::size_t usual_limit = 100;
constexpr std::size_t highest_limit = 1000;

result<std::size_t> limit_of(const admin_request& request) {
  const std::string text = request.parameter("limit");
  if (text.empty())
    return usual_limit;
  const auto number = parse_decimal(text, highest_limit);
  if (!number || *number == 0)
    return failure{errc::malformed, "limit: expected a number from 1 to " +
                                        std::to_string(highest_limit)};
  return static_cast<std::size_t>(*number);
}

/// A listing as hits are kept of it.
/// @return empty for an empty text, errc::malformed for what can be no listing
result<std::string> listing_named(const std::string& text) {
  if (text.empty())
    return text;
  if (const auto network = net::ip_prefix::parse(text))
    return network->to_string();
  const auto name = config::parse_domain(text);
  if (!name)
    return name.error();
  return name->to_string();
}

std::optional<hits::order> order_named(const std::string& text) {
  for (const hits::order each : hits::orders) {
    if (text.empty() || text == text_of(each))
      return each;
  }
  return std::nullopt;
}

hits::busiest busiest(const service_view& of, hits::order by,
                      std::size_t most) {
  hits::busiest made;
  made.at = of.at.wall;
  made.started = of.started_at;
  made.by = by;
  of.read_hits([&](const hits::hit_ledger& ledger) {
    made.in_all =
        hits::figures_of(&ledger.in_all(), of.hits_in_all(), of.at.wall);
    made.listings =
        hits::busiest_of(ledger, by, of.at.wall, [&](const std::string& name) {
          return of.hits_of(name);
        });
  });
  hits::keep_first(most, made);
  return made;
}

result<history::question> question_of(const admin_request& request) {
  const std::string domain = request.parameter("domain");
  const std::string address = request.parameter("address");
  if (!domain.empty() && !address.empty())
    return failure{errc::malformed, "either a domain or an address"};
  const auto about =
      history::question::about(domain.empty() ? address : domain);
  if (!about)
    return about.error();
  history::question made = *about;
  const std::string since = request.parameter("since");
  const auto day = parse_day(since);
  if (!since.empty() && !day)
    return failure{errc::malformed, "since: expected a day, YYYY-MM-DD"};
  if (day)
    made.since = *day;
  return made;
}

admin_reply history_page(const history::question& what, std::size_t most,
                         const std::string& path) {
  history_files files{path};
  history::newest newest{most};
  history::inquiry inquiry{
      what, [&newest](const history::entry& each) { newest.add(each); }};
  inquire_backwards(files, inquiry, [&newest] {
    newest.turn_back();
    return newest.is_full();
  });
  const auto begins = begin_of(files);
  if (files.trouble())
    return line(503, files.trouble()->message);
  return json(newest.document(begins, inquiry.cut()));
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
    return status(request);
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
  if (request.path == "/hits")
    return hits(request);
  if (request.path == "/top")
    return top(request);
  if (request.path == "/history")
    return history(request);
  return line(404, "not here; there are /, /metrics, /healthz, /status, "
                   "/senders, /domains, /map?prefix=, /explain?address=, "
                   "/export?format=, /hits?listing=, /top?by= and "
                   "/history?domain=");
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

admin_answer admin_pages::status(const admin_request& request) {
  auto only = domains_named(request);
  if (!only)
    return line(400, only.error().message);
  return of_view([only = *std::move(only)](const service_view& of) {
    return json(reports::to_json(report_of(of, only)));
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
  return of_view([network = *network, kept = map_](const service_view& of) {
    return json(page::to_json(kept->of(of), network));
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

admin_answer admin_pages::hits(const admin_request& request) {
  const auto listing = listing_named(request.parameter("listing"));
  if (!listing)
    return line(400, listing.error().message);
  return of_view([listing = *listing](const service_view& of) {
    return json(of.read_hits([&](const hits::hit_ledger& ledger) {
      return hits::hits_json(
          listing, listing.empty() ? &ledger.in_all() : ledger.find(listing),
          of.at.wall);
    }));
  });
}

admin_answer admin_pages::top(const admin_request& request) {
  const auto by = order_named(request.parameter("by"));
  if (!by)
    return line(400, "unknown order; there are hour and day");
  const auto limit = limit_of(request);
  if (!limit)
    return line(400, limit.error().message);
  return of_view([by = *by, most = *limit](const service_view& of) {
    return json(hits::to_json(busiest(of, by, most)));
  });
}

admin_answer admin_pages::history(const admin_request& request) {
  auto what = question_of(request);
  if (!what)
    return line(400, what.error().message);
  const auto limit = limit_of(request);
  if (!limit)
    return line(400, limit.error().message);
  std::string path = parts_.refresh.history_path();
  if (path.empty())
    return line(404, "there is no history: no state file is configured");
  return planned_page{&histories_, [what = *std::move(what), most = *limit,
                                    path = std::move(path)] {
                        return history_page(what, most, path);
                      }};
}

void admin_pages::give_up() {
  pages_.give_up();
  exports_.give_up();
  histories_.give_up();
}

bool admin_pages::ended_by(moment limit) {
  return pages_.ended_by(limit) && exports_.ended_by(limit) &&
         histories_.ended_by(limit);
}

} // namespace spfblock::server
