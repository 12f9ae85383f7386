#include "server/admin/metrics.hpp"

#include "server/version.hpp"

#include <set>
#include <string_view>
#include <utility>

namespace spfblock::server {
namespace {

using protocols::count;
using sample = exposition::sample;

double number(std::uint64_t count) {
  return static_cast<double>(count);
}

double number(std::chrono::sys_seconds at) {
  return static_cast<double>(at.time_since_epoch().count());
}

/// One value for each word of a label.
sample labelled(std::string_view name, std::string_view word,
                std::uint64_t count) {
  return {{{name, std::string{word}}}, number(count)};
}

/// A value that there may not be yet.
std::vector<sample>
at_most_one(const std::optional<std::chrono::sys_seconds>& at) {
  if (!at)
    return {};
  return {{{}, number(*at)}};
}

void tell_process(exposition& to, const service_view& of) {
  to.gauge("spfblock_build_info", "Always 1; the version is a label",
           {{{{"version", std::string{version}}}, 1}});
  to.gauge("process_start_time_seconds",
           "When the process started, seconds since 1970",
           number(of.started_at));
  const reload_totals& reloads = of.reloads;
  to.counter("spfblock_config_reloads_total",
             "Configurations read at SIGHUP, by what became of them",
             {labelled("result", "accepted", reloads.accepted),
              labelled("result", "refused", reloads.refused)});
  to.gauge("spfblock_config_last_reload_successful",
           "Whether the last reload was accepted; 1 before the first",
           reloads.last_accepted ? 1 : 0);
  std::vector<sample> read_from;
  for (const auto each : reports::configuration_sources)
    read_from.push_back(labelled("source", text_of(each),
                                 each == of.configuration.running ? 1 : 0));
  to.gauge("spfblock_config_source",
           "1 for what the configuration that runs was read from: file; "
           "accepted, where the file was refused at the start; or none, where "
           "everything is answered 500",
           std::move(read_from));
  to.gauge("spfblock_config_last_success_timestamp_seconds",
           "When the configuration in force was read, seconds since 1970",
           number(reloads.accepted_at));
  to.counter("spfblock_log_lines_lost_total",
             "Lines of the log that nobody took in time",
             number(of.log_lines_lost));
}

void tell_serving(exposition& to, const service_view& of) {
  const protocols::counts& counted = of.counted;
  to.gauge("spfblock_ports_unavailable",
           "Ports of `listen` that cannot be had at present",
           number(of.ports_unavailable.size()));
  std::vector<sample> lookups;
  for (const count each :
       {count::found, count::not_found, count::passed_over, count::refused})
    lookups.push_back(labelled("result", protocols::count_words[index_of(each)],
                               counted[each]));
  to.counter("spfblock_lookups_total",
             "Requests on the lookup ports: found, not_found, passed_over (a "
             "log-in, an exempt recipient, a name of no address), refused (no "
             "lookup, or no "
             "request at all)",
             std::move(lookups));
  to.gauge("spfblock_connections", "Clients connected to the lookup ports",
           number(of.connections));
  to.gauge("spfblock_connections_max", "How many clients may be connected",
           number(of.most_connections));
  to.counter("spfblock_connections_accepted_total",
             "Clients that were accepted", number(counted[count::connections]));
  to.counter("spfblock_connections_refused_total",
             "Clients turned away because as many as may were connected",
             number(counted[count::turned_away]));
  to.counter("spfblock_dnsbl_foreign_total",
             "Questions and connections to the door dnsbl from outside "
             "`clients`, which it does not answer",
             number(counted[count::foreign]));
  to.counter("spfblock_dnsbl_capped_total",
             "Questions over the answers that a network is given in a second",
             number(counted[count::capped]));
}

void tell_mail(exposition& to, const service_view& of) {
  const query_time::totals& mail = of.mail;
  to.counter("spfblock_mail_claims_total",
             "Mails that claimed a listed domain where the mail decides, by "
             "what was known: passes, does_not, sought (it is being looked "
             "at), open (the DNS failed, or there was no room)",
             {labelled("known", "passes", mail.passes),
              labelled("known", "does_not", mail.does_not),
              labelled("known", "sought", mail.sought),
              labelled("known", "open", mail.open)});
  to.counter("spfblock_mail_waits_total",
             "Replies that waited for what was sought (query_time.wait)",
             number(mail.waits));
  const query_time::check_totals& checks = mail.checks;
  to.counter("spfblock_mail_checks_total",
             "Evaluations of a record for such a mail that ended, by how: "
             "failed is a DNS failure, or 20 seconds",
             {labelled("result", "passed", checks.passed),
              labelled("result", "not_passed", checks.not_passed),
              labelled("result", "failed", checks.failed)});
  to.counter("spfblock_mail_canaries_total",
             "Evaluations begun about an address that is nobody's client",
             number(checks.canaries));
  to.counter("spfblock_mail_over_budget_total",
             "Claims not looked at because too many checks, or questions, "
             "were under way",
             number(checks.over_budget));
  to.counter("spfblock_mail_put_aside_total",
             "Such evaluations that began anew later, since the answers to all "
             "took too much of memory",
             number(checks.put_aside));
}

void tell_table(exposition& to, const service_view& of) {
  const refresh_totals& totals = of.refreshed;
  to.gauge("spfblock_table_networks", "Distinct networks in the table",
           {labelled("family", "ipv4", of.table->ipv4_networks()),
            labelled("family", "ipv6", of.table->ipv6_networks())});
  to.histogram("spfblock_table_build_seconds",
               "Time to build a table, for each that was published after the "
               "one of the start",
               totals.build_seconds);
  to.gauge("spfblock_table_last_build_seconds",
           "Time to build the last of them; 0 before one",
           totals.build_seconds.last());
  to.gauge("spfblock_table_publish_timestamp_seconds",
           "When the table that answers was published, seconds since 1970",
           at_most_one(totals.published_at));
}

void tell_pages(exposition& to, const service_view& of,
                const domains_with_series& with_series) {
  std::vector<sample> by_domain;
  std::set<std::pair<domains::role, std::string_view>> chosen;
  for (const reports::domain_status* each : with_series) {
    chosen.emplace(each->role, each->name);
    if (each->hits)
      by_domain.push_back(labelled("domain", each->name, *each->hits));
  }
  std::vector<sample> refused_terms;
  for (const domains::known_domain& each : of.book->domains()) {
    std::string name = each.domain.name.to_string();
    if (chosen.contains({each.role, name}))
      refused_terms.push_back({{{"domain", std::move(name)},
                                {"role", std::string{text_of(each.role)}}},
                               number(each.refused_terms->size())});
  }
  to.counter("spfblock_domain_hits_total",
             "Lookups answered with a network of the domain",
             std::move(by_domain));
  to.counter("spfblock_network_hits_total",
             "Lookups answered with a network listed by hand",
             number(of.network_hits()));
  to.gauge("spfblock_domain_refused_terms",
           "Terms of the record that list nothing because they are too wide, "
           "at the last look",
           std::move(refused_terms));
}

void tell_totals(exposition& to, const service_view& of) {
  const domains::domain_book& book = *of.book;
  const domains::share used = book.in_total();
  const config::total_limits& most = book.total_limits();
  to.gauge(
      "spfblock_held",
      "What all listed domains together have, before limits.total cuts it: "
      "ipv4_addresses and networks are listed, unlisted networks are held "
      "because they are allowed, refused or wait",
      {labelled("of", "ipv4_addresses", *used.ipv4_addresses),
       labelled("of", "networks", *used.networks),
       labelled("of", "unlisted", *used.unlisted)});
  std::vector<sample> limits;
  const auto limit = [&limits](const char* what, const auto& at_most) {
    if (at_most)
      limits.push_back(labelled("of", what, *at_most));
  };
  limit("ipv4_addresses", most.ipv4_addresses);
  limit("networks", most.networks);
  limit("unlisted", most.networks);
  to.gauge("spfblock_held_max",
           "How much of it limits.total allows; no value where it is no limit",
           std::move(limits));
}

void tell_refresh(exposition& to, const service_view& of) {
  const refresh_totals& totals = of.refreshed;
  std::vector<sample> expansions;
  for (std::size_t i = 0; i < spf::outcome_words.size(); ++i)
    expansions.push_back(
        labelled("result", spf::outcome_words[i], totals.expansions[i]));
  to.counter("spfblock_expansions_total",
             "Expansions of domains that ended, by how: temperror is a DNS "
             "failure that left somebody undecided",
             std::move(expansions));
  to.gauge("spfblock_expansions_under_way", "Domains being expanded",
           number(of.book->expanding()));
  const state_totals& saves = of.saves;
  to.counter("spfblock_state_saves_total", "Times the state file was written",
             {labelled("result", "saved", saves.saved),
              labelled("result", "failed", saves.failed)});
  to.counter("spfblock_history_entries_total",
             "What happened to listings, written to the history",
             number(of.history.written));
  to.counter("spfblock_history_failures_total",
             "Times that the history could not be written; what changed is "
             "told when it can",
             number(of.history.failed));
  to.counter("spfblock_hits_saves_total",
             "Times the hits over time were written",
             {labelled("result", "saved", of.hits_kept.saved),
              labelled("result", "failed", of.hits_kept.failed)});
  to.gauge("spfblock_state_save_timestamp_seconds",
           "When the state was last saved, seconds since 1970; no value before",
           at_most_one(saves.saved_at));
}

void tell_files(exposition& to, const service_view& of) {
  std::vector<sample> current;
  std::vector<sample> failing;
  std::vector<sample> entries;
  std::vector<sample> changed_at;
  std::vector<sample> writes;
  for (const auto& [status, totals] : of.files) {
    const exposition::labels file{{"file", status.file}};
    current.push_back({file, status.is_current ? 1.0 : 0.0});
    failing.push_back({file, status.trouble.empty() ? 0.0 : 1.0});
    if (status.entries)
      entries.push_back({file, number(*status.entries)});
    if (status.changed_at)
      changed_at.push_back({file, number(*status.changed_at)});
    writes.push_back({{{"file", status.file}, {"result", "written"}},
                      number(totals.written)});
    writes.push_back(
        {{{"file", status.file}, {"result", "failed"}}, number(totals.failed)});
  }
  to.gauge("spfblock_published_file_current",
           "Whether a file of `publish` says what the table says",
           std::move(current));
  to.gauge("spfblock_published_file_failing",
           "Whether the last attempt to write the file failed",
           std::move(failing));
  to.gauge("spfblock_published_file_entries",
           "Networks, keys or names in the file; no value before it is known",
           std::move(entries));
  to.gauge("spfblock_published_file_timestamp_seconds",
           "Since when the file says what it says, seconds since 1970",
           std::move(changed_at));
  to.counter("spfblock_published_file_writes_total",
             "Times the file was written, or could not be", std::move(writes));
}

void tell_dns(exposition& to, const service_view& of) {
  const dns_totals& dns = of.dns;
  std::vector<sample> outcomes;
  for (std::size_t i = 0; i < dns::outcome_words.size(); ++i)
    outcomes.push_back(
        labelled("outcome", dns::outcome_words[i], dns.by_outcome[i]));
  to.counter("spfblock_dns_questions_total", "DNS questions that ended, by how",
             std::move(outcomes));
  to.counter("spfblock_dns_queries_total",
             "DNS messages sent, retransmissions included, by transport",
             {labelled("transport", "udp", dns.queries - dns.over_tcp),
              labelled("transport", "tcp", dns.over_tcp)});
  to.counter("spfblock_dns_retransmissions_total", "Datagrams sent once more",
             number(dns.retransmissions));
  to.counter("spfblock_dns_timeouts_total",
             "Queries that no answer came to in time", number(dns.timeouts));
  to.counter("spfblock_dns_ignored_messages_total",
             "Messages that did not belong to the query they came to: late, or "
             "forged",
             number(dns.ignored));
  to.histogram("spfblock_dns_answer_seconds",
               "Time from a query to the message that answers it",
               dns.answer_seconds);
}

} // namespace

std::string metrics_text(const service_view& of,
                         const reports::status_report& domains, bool healthy,
                         std::size_t most) {
  exposition page;
  page.gauge("spfblock_healthy", "Whether /healthz answers 200",
             healthy ? 1 : 0);
  tell_process(page, of);
  tell_serving(page, of);
  tell_mail(page, of);
  tell_table(page, of);
  const domains_with_series chosen = choose_series(domains, most);
  tell_pages(page, of, chosen);
  tell_domains(page, domains, chosen);
  tell_totals(page, of);
  tell_refresh(page, of);
  tell_files(page, of);
  tell_dns(page, of);
  return page.text();
}

} // namespace spfblock::server
