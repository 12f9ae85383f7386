#include "core/json/list_reader.hpp"
#include "core/json/writer.hpp"
#include "core/reports/status.hpp"

#include <cstdint>
#include <limits>
#include <utility>

namespace spfblock::reports {
namespace {

void write(json::writer& to, const domain_status& of) {
  to.begin_object()
      .member("domain", of.name)
      .member("role", text_of(of.role))
      .member("condition", text_of(of.condition))
      .member("networks", of.networks)
      .member("ipv4_addresses", of.ipv4_addresses)
      .member("ipv6_slash64s", of.ipv6_slash64s)
      .member("age_s", of.age)
      .member("next_look_s", of.next_look)
      .member("put_aside_s", of.put_aside)
      .member("changed_at", of.changed_at)
      .member("failures", of.failures)
      .member("kept", of.kept)
      .member("kept_age_s", of.kept_age)
      .member("undecided", of.undecided)
      .member("trouble", of.trouble)
      .member("kept_off", of.kept_off)
      .member("overlap", of.overlap)
      .member("overlap_held", of.overlap_held)
      .member("overlap_hosts", of.overlap_hosts)
      .member("refusals", of.refusals)
      .member("until", of.until)
      .member("comment", of.comment)
      .member("action", of.action)
      .member("by_mail", of.by_mail)
      .member("by_name", of.by_name)
      .member("passes_everybody", of.passes_everybody)
      .member("hits", of.hits)
      .member("hits_hour", of.hits_hour)
      .member("hits_day", of.hits_day)
      .member("last_hit", of.last_hit)
      .member("listed_since", of.listed_since)
      .member("unused_since", of.unused_since)
      .end_object();
}

void write(json::writer& to, const query_time::totals& of) {
  to.key("mail")
      .begin_object()
      .member("passes", of.passes)
      .member("does_not", of.does_not)
      .member("sought", of.sought)
      .member("open", of.open)
      .member("waits", of.waits)
      .key("checks")
      .begin_object()
      .member("passed", of.checks.passed)
      .member("not_passed", of.checks.not_passed)
      .member("failed", of.checks.failed)
      .member("canaries", of.checks.canaries)
      .member("over_budget", of.checks.over_budget)
      .member("put_aside", of.checks.put_aside)
      .end_object()
      .end_object();
}

/// A number, or null.
void read_pid(const json::json_value& value, status_report& into) {
  constexpr auto most = std::numeric_limits<std::int32_t>::max();
  if (value.is_null())
    return;
  if (const auto number = value.read_integer(1, most))
    into.pid = static_cast<std::uint32_t>(*number);
}

/// A count, or null.
auto count_or_null(std::optional<std::uint64_t> domain_status::*member) {
  return [member](const json::json_value& value, domain_status& into) {
    constexpr auto most = std::numeric_limits<std::uint64_t>::max();
    if (!value.is_null())
      into.*member = value.read_integer(0, most);
  };
}

const json::field_table<domain_status>& domain_fields() {
  using status = domain_status;
  static const json::field_table<status> fields{
      {"domain", json::text(&status::name)},
      {"role", json::choice(&status::role, domains::roles)},
      {"condition", json::choice(&status::condition, domain_conditions)},
      {"networks", json::count(&status::networks)},
      {"ipv4_addresses", json::count(&status::ipv4_addresses)},
      {"ipv6_slash64s", json::count(&status::ipv6_slash64s)},
      {"age_s", json::span(&status::age)},
      {"next_look_s", json::span(&status::next_look)},
      {"put_aside_s", json::span(&status::put_aside), true},
      {"changed_at", json::time(&status::changed_at)},
      {"failures", json::count(&status::failures)},
      {"kept", json::count(&status::kept)},
      {"kept_age_s", json::span(&status::kept_age)},
      {"undecided", json::texts(&status::undecided)},
      {"trouble", json::text(&status::trouble)},
      {"kept_off", json::count(&status::kept_off)},
      {"overlap", json::count(&status::overlap), true},
      {"overlap_held", json::boolean(&status::overlap_held), true},
      {"overlap_hosts", json::text(&status::overlap_hosts), true},
      {"refusals", json::texts(&status::refusals)},
      {"until", json::text(&status::until)},
      {"comment", json::text(&status::comment)},
      {"action", json::text(&status::action), true},
      {"by_mail", json::texts(&status::by_mail), true},
      {"by_name", json::texts(&status::by_name), true},
      {"passes_everybody", json::boolean(&status::passes_everybody), true},
      {"hits", count_or_null(&status::hits), true},
      {"hits_hour", count_or_null(&status::hits_hour), true},
      {"hits_day", count_or_null(&status::hits_day), true},
      {"last_hit", json::time(&status::last_hit), true},
      {"listed_since", json::time(&status::listed_since), true},
      {"unused_since", json::time(&status::unused_since), true},
  };
  return fields;
}

void read_providers(const json::json_value& value, status_report& into) {
  static const json::field_table<status_report> fields{
      {"configured", json::count(&status_report::providers)},
      {"known", json::count(&status_report::providers_known)},
  };
  json::read_members(value, fields, into);
}

void read_configuration(const json::json_value& value, status_report& into) {
  using status = configuration_status;
  static const json::field_table<status> fields{
      {"running", json::choice(&status::running, configuration_sources)},
      {"refused_at", json::time(&status::refused_at)},
      {"reason", json::text(&status::reason)},
      {"reloads", json::count(&status::reloads), true},
      {"applying", json::boolean(&status::is_applying), true},
  };
  json::read_members(value, fields, into.configuration);
}

void read_resolver(const json::json_value& value, status_report& into) {
  static const json::field_table<status_report> fields{
      {"servers", json::texts(&status_report::name_servers)},
  };
  json::read_members(value, fields, into);
}

void read_ports(const json::json_value& value, status_report& into) {
  static const json::field_table<open_port> of_one{
      {"door", json::text(&open_port::door)},
      {"at", json::text(&open_port::at)},
  };
  static const json::field_table<status_report> fields{
      {"open", json::list(&status_report::ports_open, of_one), true},
      {"unavailable", json::texts(&status_report::ports_unavailable)},
  };
  json::read_members(value, fields, into);
}

void read_history(const json::json_value& value, status_report& into) {
  static const json::field_table<status_report> fields{
      {"trouble", json::text(&status_report::history_trouble)},
  };
  json::read_members(value, fields, into);
}

void read_all_hits(const json::json_value& value, status_report& into) {
  static const json::field_table<all_hits> fields{
      {"since_start", json::count(&all_hits::since_start)},
      {"hour", json::count(&all_hits::hour)},
      {"day", json::count(&all_hits::day)},
      {"complete_since", json::time(&all_hits::complete_since)},
  };
  static const json::field_table<status_report> trouble{
      {"trouble", json::text(&status_report::hits_trouble)},
  };
  json::read_members(value, trouble, into);
  if (value.member("since_start"))
    json::read_members(value, fields, into.hits.emplace());
}

void write_all_hits(json::writer& to, const status_report& of) {
  to.key("hits").begin_object().member("trouble", of.hits_trouble);
  if (of.hits)
    to.member("since_start", of.hits->since_start)
        .member("hour", of.hits->hour)
        .member("day", of.hits->day)
        .member("complete_since", of.hits->complete_since);
  to.end_object();
}

void read_checks(const json::json_value& value, query_time::totals& into) {
  using totals = query_time::check_totals;
  static const json::field_table<totals> fields{
      {"passed", json::count(&totals::passed)},
      {"not_passed", json::count(&totals::not_passed)},
      {"failed", json::count(&totals::failed)},
      {"canaries", json::count(&totals::canaries)},
      {"over_budget", json::count(&totals::over_budget)},
      {"put_aside", json::count(&totals::put_aside), true},
  };
  json::read_members(value, fields, into.checks);
}

void read_mail(const json::json_value& value, status_report& into) {
  using totals = query_time::totals;
  static const json::field_table<totals> fields{
      {"passes", json::count(&totals::passes)},
      {"does_not", json::count(&totals::does_not)},
      {"sought", json::count(&totals::sought)},
      {"open", json::count(&totals::open)},
      {"waits", json::count(&totals::waits)},
      {"checks", read_checks},
  };
  json::read_members(value, fields, into.mail);
}

} // namespace

std::string to_json(const status_report& of) {
  json::writer to{json::layout::indented};
  to.begin_object()
      .member("at", of.at)
      .member("from_state_file", of.from_state_file)
      .member("pid", of.pid)
      .member("published", of.is_published)
      .member("stale", of.is_stale())
      .member("sees_mail", of.sees_mail)
      .key("domains")
      .begin_array();
  for (const domain_status& each : of.domains)
    write(to, each);
  to.end_array()
      .key("providers")
      .begin_object()
      .member("configured", of.providers)
      .member("known", of.providers_known)
      .end_object()
      .member("put_aside", of.put_aside)
      .key("configuration")
      .begin_object()
      .member("running", text_of(of.configuration.running))
      .member("refused_at", of.configuration.refused_at)
      .member("reason", of.configuration.reason)
      .member("reloads", of.configuration.reloads)
      .member("applying", of.configuration.is_applying)
      .end_object()
      .key("resolver")
      .begin_object()
      .member("servers", of.name_servers)
      .end_object()
      .key("ports")
      .begin_object()
      .key("open")
      .begin_array();
  for (const open_port& each : of.ports_open)
    to.begin_object()
        .member("door", each.door)
        .member("at", each.at)
        .end_object();
  to.end_array().member("unavailable", of.ports_unavailable).end_object();
  to.key("files").begin_array();
  for (const file_status& each : of.files)
    write(to, each, of.at);
  to.end_array();
  write(to, of.mail);
  to.key("history")
      .begin_object()
      .member("trouble", of.history_trouble)
      .end_object();
  write_all_hits(to, of);
  to.end_object();
  return std::move(to).text() + '\n';
}

result<status_report> status_from_json(const std::string& text) {
  static const json::field_table<status_report> fields{
      {"at", json::time(&status_report::at)},
      {"from_state_file", json::boolean(&status_report::from_state_file), true},
      {"pid", read_pid, true},
      {"published", json::boolean(&status_report::is_published), true},
      {"sees_mail", json::boolean(&status_report::sees_mail), true},
      {"domains", json::read_rest_of_list<status_report>},
      {"providers", read_providers},
      {"put_aside", json::count(&status_report::put_aside), true},
      {"configuration", read_configuration, true},
      {"resolver", read_resolver, true},
      {"ports", read_ports, true},
      {"files", json::list(&status_report::files, file_fields()), true},
      {"mail", read_mail, true},
      {"history", read_history, true},
      {"hits", read_all_hits, true},
  };
  json::list_reader<domain_status> domains{"domains", domain_fields()};
  auto read = json::read_document(text, "a status", fields, domains);
  if (!read)
    return read.error();
  status_report report = *std::move(read);
  report.domains = std::move(domains.elements());
  return report;
}

} // namespace spfblock::reports
