#include "core/config/domain_name.hpp"
#include "core/maillog/mail_joiner.hpp"
#include "core/reports/difference.hpp"
#include "core/suggest/evidence.hpp"
#include "core/suggest/judgement.hpp"
#include "core/suggest/known_names.hpp"
#include "core/suggest/report.hpp"
#include "core/suggest/sender_notes_json.hpp"
#include "core/suggest/suspects.hpp"
#include "core/table/snapshot.hpp"
#include "server/admin/admin_client.hpp"
#include "server/commands/commands.hpp"
#include "server/commands/configured.hpp"
#include "server/commands/expand_book.hpp"
#include "server/commands/mail_log.hpp"
#include "server/commands/own_hosts.hpp"
#include "server/commands/suggest_looks.hpp"
#include "server/system/clocks.hpp"
#include "server/system/public_suffixes.hpp"

#include <CLI/Validators.hpp>

#include <algorithm>
#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace spfblock::server {
namespace {

/// What is looked at, and how it is told.
struct suggest_choice {
  log_choice log;
  std::string format =
      "text"; ///< or json, or domains: a file of `domain_files`
  /// What the running server noted counts as well; without files no log is
  /// read.
  bool live = false;
};

/// Names that are looked at, and questions that are asked about them.
constexpr std::size_t most_names = 2'000;
constexpr std::size_t most_questions = 50'000;

/// How long what is listed stays, unless a person says otherwise.
constexpr std::chrono::days listed_for{30};

std::vector<suggest::listed_networks>
listings_of(const domains::domain_book& book) {
  std::vector<suggest::listed_networks> made;
  for (const table::listing& each : book.listings())
    made.push_back({each.name, net::address_set::of(each.networks)});
  return made;
}

bool all_failed(const suggest::looks_by_name& looks) {
  return !looks.empty() &&
         std::all_of(looks.begin(), looks.end(), [](const auto& each) {
           return each.second.outcome == spf::outcome::temperror &&
                  each.second.passes.empty();
         });
}

std::string written(const suggest::judgement& of, const suggest::origin& from,
                    const suggest_choice& as) {
  if (as.log.as_json || as.format == "json")
    return suggest::to_json(of, from);
  return as.format == "domains" ? suggest::to_domain_list(of, from)
                                : suggest::to_text(of, from);
}

/// What the running server noted of senders.
result<suggest::noted_senders>
ask_for_senders(const std::optional<net::endpoint>& admin) {
  if (!admin)
    return failure{errc::temporary, "the admin port is off"};
  const auto document = admin_get(reachable(*admin), "/senders");
  if (!document)
    return document.error();
  return suggest::notes_from_json(*document);
}

/// Adds what the running server noted.
/// @return false if it cannot be asked, which was said on stderr
bool add_live(const config::settings& of, suggest::evidence& to,
              suggest::origin& from) {
  const auto noted = ask_for_senders(of.admin);
  if (!noted) {
    std::cerr << "spfblock: " << noted.error().message << '\n';
    return false;
  }
  for (const suggest::noted_sender& each : noted->senders)
    to.take(each);
  from.live = {noted->since, noted->senders.size(), noted->forgotten};
  return true;
}

/// Adds what the mail log tells.
/// @return false if it cannot be read, which was said on stderr
bool add_log(const log_choice& choice, suggest::evidence& to,
             suggest::origin& from) {
  maillog::mail_joiner mails{
      [&to](const maillog::mail& each) { to.take(each); }};
  const auto read = read_mail_log(choice, [&](const maillog::event& next) {
    mails.take(next);
    to.take(next);
  });
  if (!read)
    return false;
  mails.finish();
  from.read = *read;
  return true;
}

/// Adds all that is known of mail.
/// @return false if a part of it is out of reach, which was said on stderr
bool add_all(const suggest_choice& choice, const config::settings& by,
             suggest::evidence& to, suggest::origin& from) {
  from.has_log = !choice.live || choice.log.has_files();
  if (from.has_log && !add_log(choice.log, to, from))
    return false;
  if (choice.live && !add_live(by, to, from))
    return false;
  for (const config::seen_network& each : by.allow.seen.networks)
    to.take(each);
  from.mails = to.mails();
  from.forgotten = to.forgotten();
  return true;
}

/// What marks the mails that are taken.
/// @param suffixes,table outlive it
suggest::evidence::settings marking(const config::settings& of,
                                    const maillog::period& period,
                                    const public_suffixes& suffixes,
                                    const table::snapshot& table) {
  suggest::evidence::settings made;
  made.registrable_domain = [&suffixes](const dns::name& name) {
    return suffixes.registrable_domain(name);
  };
  made.is_listed = [&table](const net::ip_address& address) {
    return table.find(address).has_value();
  };
  made.own = own_hosts(of);
  made.period = period;
  return made;
}

/// Looks at whoever may be suggested, and judges them.
/// @param book of the configuration `by`; both have these names in them then
/// @return nothing if the DNS failed for all
std::optional<suggest::judgement> judged(const suggest::evidence& seen,
                                         const suggest::known_names& known,
                                         domains::domain_book& book,
                                         configuration& by) {
  const auto listed = listings_of(book);
  const auto whom = suggest::suspects_in(seen, known, most_names);
  std::size_t budget = most_questions;
  const auto looks = look_at(whom.names, whom.senders, book, by, budget);
  if (all_failed(looks))
    return std::nullopt;
  suggest::judgement made = suggest::judge(whom, looks, seen, listed);
  const auto shared = suggest::shared_includes(made, whom, looks, known);
  const auto includes = look_at(shared, {}, book, by, budget);
  suggest::add_includes(includes, seen, listed, made);
  return made;
}

exit_status dns_failed_for_all(const char* whom) {
  std::cerr << "spfblock: the DNS failed for all " << whom << '\n';
  return exit_status::unavailable;
}

/// Finds in the mail log who sent bad mail and authorises the host that sent
/// it, by the SPF record as it is now; says whom to list.
/// @return unavailable if the DNS failed for all domains, or for all senders,
///         or the server cannot be asked
exit_status suggest_by(const std::string& configuration_file,
                       const suggest_choice& choice) {
  auto loaded = load_or_complain(configuration_file);
  if (!loaded)
    return exit_status::config;
  domains::domain_book book = expanded_book(*loaded);
  if (reports::difference_between({}, book).dns_failed())
    return dns_failed_for_all("domains");

  const table::snapshot table{book.listings()};
  const public_suffixes suffixes;
  auto by = marking(loaded->settings, choice.log.period, suffixes, table);
  const suggest::known_names known{loaded->settings, by.registrable_domain};
  suggest::evidence seen{std::move(by)};
  suggest::origin from;
  if (!add_all(choice, loaded->settings, seen, from))
    return exit_status::unavailable;
  const auto made = judged(seen, known, book, *loaded);
  if (!made)
    return dns_failed_for_all("senders");

  from.looked_at = read_clocks().wall;
  from.until =
      std::chrono::floor<std::chrono::days>(from.looked_at) + listed_for;
  std::cout << written(*made, from, choice);
  std::cerr << suggest::summary(*made, from);
  return exit_status::done;
}

} // namespace

void offer_suggest(command_line& to) {
  const auto choice = std::make_shared<suggest_choice>();
  CLI::App& command =
      to.add("suggest", "Say by the mail log whom to list, and change nothing",
             [choice](const std::string& configuration_file) {
               return suggest_by(configuration_file, *choice);
             });
  offer_log_options(to, command, choice->log);
  command
      .add_option("--format", choice->format,
                  "As what (domains: for domain_files): text, json, domains")
      ->check(
          CLI::IsMember(std::vector<std::string>{"text", "json", "domains"}))
      ->excludes(command.get_option("--json"))
      ->option_text("FORMAT");
  command.add_flag("--live", choice->live,
                   "Ask the running server in whose name listed hosts sent;\n"
                   "a log is read beside it only where it is named");
}

} // namespace spfblock::server
