#include "core/json/writer.hpp"
#include "core/maillog/time_stamp.hpp"
#include "core/reports/refusals.hpp"

namespace spfblock::reports {
namespace {

void write_tally(std::string_view key, const tally& of, json::writer& to) {
  to.key(key).begin_object();
  to.key("counts").begin_array();
  for (const auto& [text, count] : of.by_frequency()) {
    to.begin_object();
    to.member("value", std::string_view{text}).member("count", count);
    to.end_object();
  }
  to.end_array();
  to.member("others", of.others());
  to.end_object();
}

std::optional<std::string>
time_text(const std::optional<std::chrono::sys_seconds>& at) {
  if (!at)
    return std::nullopt;
  return maillog::log_time_text(*at);
}

void write_listing(std::string_view name, const listing_refusals& of,
                   json::writer& to) {
  to.begin_object();
  to.member("name", name);
  to.member("rejected", of.rejected).member("deferred", of.deferred);
  to.member("would_be_rejected", of.would).member("other", of.other);
  to.member("first", time_text(of.first)).member("last", time_text(of.last));
  write_tally("hosts", of.hosts, to);
  write_tally("senders", of.senders, to);
  write_tally("recipients", of.recipients, to);
  to.end_object();
}

} // namespace

std::string to_json(const refusals& of, const maillog::line_counts& read) {
  json::writer to{json::layout::indented};
  to.begin_object();
  to.member("lines", read.lines).member("known_lines", read.events);
  to.key("listings").begin_array();
  for (const auto& [name, listing] : of.by_listing())
    write_listing(name, *listing, to);
  to.end_array();
  to.end_object();
  return std::move(to).text() + '\n';
}

} // namespace spfblock::reports
