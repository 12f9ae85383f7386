#include "core/json/writer.hpp"
#include "core/maillog/time_stamp.hpp"
#include "core/suggest/report.hpp"
#include "core/support/calendar.hpp"

#include <optional>
#include <string_view>

namespace spfblock::suggest {
namespace {

std::optional<std::string>
time_text(const std::optional<std::chrono::sys_seconds>& at) {
  return at ? std::optional{maillog::log_time_text(*at)} : std::nullopt;
}

void write_marks(const mark_counts& of, json::writer& to) {
  to.member("refused", of.refused);
  to.member("spam", of.spam);
  to.member("from_listed", of.from_listed);
  to.member("let_through", of.let_through);
  to.member("wanted", of.wanted);
  to.member("first", time_text(of.first));
  to.member("last", time_text(of.last));
}

std::vector<std::string> texts_of(const std::vector<dns::name>& names) {
  std::vector<std::string> made;
  for (const dns::name& each : names)
    made.push_back(each.to_string());
  return made;
}

void write_host(const shown_host& of, json::writer& to) {
  to.begin_object();
  to.member("address", of.address.to_string());
  to.member("bad", of.bad);
  to.member("wanted", of.wanted);
  to.member("log_says_pass", of.log_says_pass);
  to.end_object();
}

void write_overlap(const overlap& of, json::writer& to) {
  to.begin_object();
  to.member("name", of.listing);
  to.member("percent", of.percent);
  to.end_object();
}

void write_suggestion(const suggestion& of, json::writer& to) {
  to.begin_object();
  to.member("name", of.name.to_string());
  to.member("is_include", of.is_include);
  write_marks(of.marks, to);
  to.key("hosts").begin_array();
  for (const shown_host& each : of.hosts)
    write_host(each, to);
  to.end_array();
  std::vector<std::string> networks;
  for (const net::ip_prefix& each : of.networks.to_prefixes())
    networks.push_back(each.to_string());
  to.member("networks", networks);
  to.key("bad_hosts_in_networks").begin_array();
  for (const auto& [address, bad] : of.traffic.hosts) {
    to.begin_object();
    to.member("address", address.to_string());
    to.member("bad", bad);
    to.end_object();
  }
  to.end_array();
  to.member("bad_from_networks", of.traffic.bad);
  to.member("wanted_from_networks", of.traffic.wanted);
  to.member("includes", texts_of(of.includes));
  to.member("users", texts_of(of.users));
  to.key("listed").begin_array();
  for (const overlap& each : of.listed)
    write_overlap(each, to);
  to.end_array();
  to.member("covered_by", of.covered_by
                              ? std::optional{of.covered_by->to_string()}
                              : std::nullopt);
  to.end_object();
}

void write_objected(const objected_sender& of, json::writer& to) {
  to.begin_object();
  to.member("name", of.name.to_string());
  to.member("why", text_of(of.why));
  to.member("detail", of.detail);
  write_marks(of.marks, to);
  to.end_object();
}

void write_live(const std::optional<live_origin>& of, json::writer& to) {
  if (!of) {
    to.value(nullptr);
    return;
  }
  to.begin_object()
      .member("since", of->since)
      .member("senders", of->senders)
      .member("forgotten", of->forgotten)
      .end_object();
}

} // namespace

std::string to_json(const judgement& of, const origin& from) {
  json::writer to{json::layout::indented};
  to.begin_object();
  to.member("lines", from.read.lines);
  to.member("known_lines", from.read.events);
  to.member("mails", from.mails);
  to.member("forgotten", from.forgotten);
  to.key("live");
  write_live(from.live, to);
  to.member("looked_at", from.looked_at);
  to.member("until", day_text(from.until));
  to.key("groups").begin_array();
  for (const group& some : of.groups) {
    to.begin_object();
    to.member("in_common", some.in_common);
    to.key("suggestions").begin_array();
    for (const suggestion& each : some.suggestions)
      write_suggestion(each, to);
    to.end_array();
    to.end_object();
  }
  to.end_array();
  to.key("not_suggested").begin_array();
  for (const objected_sender& each : of.objected)
    write_objected(each, to);
  to.end_array();
  to.key("objections").begin_object();
  for (std::size_t i = 0; i < objection_words.size(); ++i)
    to.member(objection_words.at(i),
              of.objections.of(static_cast<objection>(i)));
  to.end_object();
  to.end_object();
  return std::move(to).text() + '\n';
}

} // namespace spfblock::suggest
