#include "core/config/domain_name.hpp"
#include "core/maillog/mail_joiner.hpp"
#include "core/net/special_purpose.hpp"
#include "core/reports/difference.hpp"
#include "core/suggest/evidence.hpp"
#include "core/suggest/judgement.hpp"
#include "core/suggest/known_names.hpp"
#include "core/suggest/report.hpp"
#include "core/suggest/suspects.hpp"
#include "core/support/calendar.hpp"
#include "core/support/text.hpp"
#include "core/table/snapshot.hpp"
#include "server/commands/commands.hpp"
#include "server/commands/configured.hpp"
#include "server/commands/expand_book.hpp"
#include "server/commands/mail_log.hpp"
#include "server/commands/suggest_looks.hpp"
#include "server/system/clocks.hpp"
#include "server/system/own_addresses.hpp"
#include "server/system/public_suffixes.hpp"

#include <CLI/Validators.hpp>

#include <algorithm>
#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace spfblock::server {
namespace {

/// What is looked at, and how it is told.
struct suggest_choice {
  log_choice log;
  std::string format =
      "text"; ///< or json, or domains: a file of `domain_files`
  /// Mail before is left out; as it was typed: a day, YYYY-MM-DD.
  std::optional<std::string> since;
};

/// Names that are looked at, and questions that are asked about them.
constexpr std::size_t most_names = 2'000;
constexpr std::size_t most_questions = 50'000;

/// How long what is listed stays, unless a person says otherwise.
constexpr std::chrono::days listed_for{30};

/// Whose mail is this network's own: this machine's, that of hosts that are
/// nobody's on the Internet, and of what is allowed as a network.
net::address_set own_network(const config::settings& of) {
  net::address_set made = own_addresses();
  std::vector<net::ip_prefix> networks;
  if (of.allow.reserved) {
    for (const auto& each : net::special_purpose_blocks())
      networks.push_back(each.prefix);
  }
  for (const config::allowed_network& each : of.allow.networks)
    networks.push_back(each.network);
  return made |= net::address_set::of(networks);
}

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

/// Finds in the mail log who sent bad mail and authorises the host that sent
/// it, by the SPF record as it is now; says whom to list.
/// @return unavailable if the DNS failed for all domains, or for all senders
exit_status suggest_by(const std::string& configuration_file,
                       const suggest_choice& choice) {
  const auto since = choice.since ? parse_day(*choice.since) : std::nullopt;
  if (choice.since && !since) {
    std::cerr << "spfblock: --since: " << in_quotes(*choice.since)
              << " is no day (expected YYYY-MM-DD)\n";
    return exit_status::usage;
  }
  auto loaded = load_or_complain(configuration_file);
  if (!loaded)
    return exit_status::config;
  domains::domain_book book = expanded_book(*loaded);
  if (reports::difference_between({}, book).dns_failed()) {
    std::cerr << "spfblock: the DNS failed for all domains\n";
    return exit_status::unavailable;
  }
  const table::snapshot table{book.listings()};
  const auto listed = listings_of(book);

  const public_suffixes suffixes;
  suggest::evidence::settings by;
  by.registrable_domain = [&suffixes](const dns::name& of) {
    return suffixes.registrable_domain(of);
  };
  by.is_listed = [&table](const net::ip_address& address) {
    return table.find(address).has_value();
  };
  by.own = own_network(loaded->settings);
  by.since = since;
  const suggest::known_names known{loaded->settings, by.registrable_domain};
  suggest::evidence seen{std::move(by)};
  maillog::mail_joiner mails{
      [&seen](const maillog::mail& each) { seen.take(each); }};
  suggest::origin from;
  const auto read =
      read_mail_log(choice.log.files, [&](const maillog::event& next) {
        mails.take(next);
        seen.take(next);
      });
  if (!read)
    return exit_status::unavailable;
  mails.finish();

  const auto whom = suggest::suspects_in(seen, known, most_names);
  std::size_t budget = most_questions;
  const auto looks = look_at(whom.names, whom.senders, book, *loaded, budget);
  if (all_failed(looks)) {
    std::cerr << "spfblock: the DNS failed for all senders\n";
    return exit_status::unavailable;
  }
  suggest::judgement made = suggest::judge(whom, looks, seen, listed);
  const auto shared = suggest::shared_includes(made, whom, looks, known);
  const auto includes = look_at(shared, {}, book, *loaded, budget);
  suggest::add_includes(includes, seen, listed, made);

  from.read = *read;
  from.mails = seen.mails();
  from.forgotten = seen.forgotten();
  from.looked_at = read_clocks().wall;
  from.until =
      std::chrono::floor<std::chrono::days>(from.looked_at) + listed_for;
  std::cout << written(made, from, choice);
  std::cerr << suggest::summary(made, from);
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
                  "As what (domains: a file for domain_files): "
                  "text, json, domains")
      ->check(
          CLI::IsMember(std::vector<std::string>{"text", "json", "domains"}))
      ->excludes(command.get_option("--json"))
      ->option_text("FORMAT");
  command
      .add_option("--since", to.as_typed(choice->since),
                  "Leave out mail before this day")
      ->type_name("DAY");
}

} // namespace spfblock::server
