#include "core/hits/busiest.hpp"

#include "core/json/read_document.hpp"
#include "core/json/writer.hpp"
#include "core/support/calendar.hpp"
#include "core/support/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace spfblock::hits {
namespace {

std::uint64_t hits_by(order by, const hit_figures& of) {
  return by == order::hour ? of.hour : of.day;
}

void write_figures(json::writer& to, const hit_figures& of) {
  to.member("hits", of.since_start)
      .member("hits_hour", of.hour)
      .member("hits_day", of.day)
      .member("last_hit", of.last);
}

/// The members of write_figures(), of what has such figures at `figures`.
template <class Into>
json::field_table<Into> figure_fields(hit_figures Into::*figures) {
  const auto number = [figures](std::uint64_t hit_figures::*member) {
    return [figures, member](const json::json_value& value, Into& into) {
      json::count(member)(value, into.*figures);
    };
  };
  return {
      {"hits", number(&hit_figures::since_start)},
      {"hits_hour", number(&hit_figures::hour)},
      {"hits_day", number(&hit_figures::day)},
      {"last_hit",
       [figures](const json::json_value& value, Into& into) {
         json::time (&hit_figures::last)(value, into.*figures);
       }},
  };
}

struct all_hits {
  hit_figures hits;
};

void read_in_all(const json::json_value& value, busiest& into) {
  static const auto fields = figure_fields(&all_hits::hits);
  all_hits read;
  json::read_members(value, fields, read);
  into.in_all = read.hits;
}

const json::field_table<busy_listing>& listing_fields() {
  static const auto all = [] {
    auto fields = figure_fields(&busy_listing::hits);
    fields.push_back({"listing", json::text(&busy_listing::listing)});
    return fields;
  }();
  return all;
}

constexpr std::size_t most_name = 46;
constexpr std::string_view row_format = "{:<{}}  {:>8}  {:>8}  {:>10}";

/// @param width of the first column; a longer name has a line of its own
std::string table_row(std::string name, std::size_t width,
                      std::string_view hour, std::string_view day,
                      std::string_view all) {
  std::string above;
  if (name.size() > width)
    above = std::exchange(name, {}) + '\n';
  return above + fmt::format(row_format, name, width, hour, day, all) + '\n';
}

} // namespace

std::string_view text_of(order by) noexcept {
  return by == order::hour ? "hour" : "day";
}

hit_figures figures_of(const hit_series* of, std::uint64_t since_start,
                       std::chrono::sys_seconds now) {
  if (!of)
    return {since_start, 0, 0, std::nullopt};
  return {since_start, of->in_hour(now), of->in_day(now), of->last()};
}

std::vector<busy_listing> busiest_of(
    const hit_ledger& ledger, order by, std::chrono::sys_seconds now,
    const std::function<std::uint64_t(const std::string&)>& since_start) {
  std::vector<busy_listing> all;
  for (const auto& [name, series] : ledger.listings()) {
    auto hits = figures_of(&series, 0, now);
    if (hits_by(by, hits) == 0)
      continue;
    hits.since_start = since_start(name);
    all.push_back({name, std::move(hits)});
  }
  std::stable_sort(all.begin(), all.end(),
                   [by](const busy_listing& a, const busy_listing& b) {
                     return hits_by(by, a.hits) > hits_by(by, b.hits);
                   });
  return all;
}

void keep_first(std::size_t most, busiest& of) {
  if (of.listings.size() <= most)
    return;
  of.others += of.listings.size() - most;
  of.listings.resize(most);
}

std::string to_json(const busiest& of) {
  json::writer to{json::layout::dense};
  to.begin_object()
      .member("at", of.at)
      .member("started", of.started)
      .member("by", text_of(of.by))
      .key("all")
      .begin_object();
  write_figures(to, of.in_all);
  to.end_object().key("listings").begin_array();
  for (const busy_listing& each : of.listings) {
    to.begin_object().member("listing", each.listing);
    write_figures(to, each.hits);
    to.end_object();
  }
  to.end_array().member("others", of.others).end_object();
  return std::move(to).text() + '\n';
}

result<busiest> busiest_from_json(const std::string& text) {
  static const json::field_table<busiest> fields{
      {"at", json::time(&busiest::at)},
      {"started", json::time(&busiest::started)},
      {"by", json::choice(&busiest::by, orders)},
      {"all", read_in_all},
      {"listings", json::list(&busiest::listings, listing_fields())},
      {"others", json::count(&busiest::others)},
  };
  return json::read_document(text, "a list of hits", fields);
}

std::string to_text(const busiest& of) {
  std::size_t width = 24;
  for (const busy_listing& each : of.listings)
    width = std::max(width, printable(each.listing).size());
  width = std::min(width, most_name);
  std::string out =
      fmt::format("{}: hits in the last hour {}, day {}, {} since {}\n\n",
                  utc_text(of.at), of.in_all.hour, of.in_all.day,
                  of.in_all.since_start, utc_text(of.started));
  out += table_row("LISTING", width, "HOUR", "DAY", "HITS");
  for (const busy_listing& each : of.listings)
    out += table_row(
        printable(each.listing), width, std::to_string(each.hits.hour),
        std::to_string(each.hits.day), std::to_string(each.hits.since_start));
  if (of.listings.empty())
    out += fmt::format("(none in the last {})\n", text_of(of.by));
  if (of.others > 0)
    out += fmt::format("and {} more\n", of.others);
  return out;
}

} // namespace spfblock::hits
