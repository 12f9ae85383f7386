#include "core/reports/replay.hpp"

#include "core/config/domain_name.hpp"
#include "core/maillog/mail_joiner.hpp"
#include "core/reports/difference.hpp"
#include "server/commands/commands.hpp"
#include "server/commands/configured.hpp"
#include "server/commands/expand_book.hpp"
#include "server/commands/last_known.hpp"
#include "server/commands/mail_log.hpp"
#include "server/system/clocks.hpp"
#include "server/system/own_addresses.hpp"

#include <algorithm>
#include <iostream>

namespace spfblock::server {
namespace {

/// Lists one more domain, so that it rejects.  One that is configured keeps its
/// settings and its place.
void list(const dns::name& name, config::settings& in) {
  const auto reject =
      table::action::parse("REJECT listed in the SPF record of {domain}");
  for (config::domain_entry& each : in.domains) {
    if (each.name == name) {
      each.action = *reject;
      return;
    }
  }
  config::spf_domain made;
  made.name = name;
  made.on_permerror = in.on_permerror;
  made.limits = in.limits;
  in.domains.emplace_back(std::move(made), *reject);
}

/// @return whether all are domains; which is not was said on stderr
bool list_all(const std::vector<std::string>& domains, config::settings& in) {
  for (const std::string& each : domains) {
    const auto name = config::parse_domain(each);
    if (!name) {
      std::cerr << "spfblock: --with: " << name.error().message << '\n';
      return false;
    }
    list(*name, in);
  }
  return true;
}

/// All domains as they are now; with what was known of them before, so that
/// growth and failures are judged as the server would.
domains::domain_book expanded(const configuration& by) {
  const timestamp now = read_clocks();
  domains::domain_book book;
  if (auto known = read_last_known(by.settings, now))
    book = (*std::move(known)).book;
  else
    book.apply(by.settings, own_addresses(), now);
  expand_due(book, by);
  book.let_go();
  return book;
}

/// Whether every door knows the recipient, so that exempt ones are.
bool doors_know_recipients(const config::settings& of) {
  return std::all_of(of.listen.begin(), of.listen.end(),
                     [](const config::listener& each) {
                       return each.kind == protocols::door::policy;
                     });
}

} // namespace

exit_status replay_command(const std::string& configuration_file,
                           const replay_choice& choice,
                           const std::vector<std::string>& files) {
  auto loaded = load_or_complain(configuration_file);
  if (!loaded)
    return exit_status::config;
  if (!list_all(choice.with, loaded->settings))
    return exit_status::usage;
  const domains::domain_book book = expanded(*loaded);
  if (reports::difference_between({}, book).dns_failed()) {
    std::cerr << "spfblock: the DNS failed for all domains\n";
    return exit_status::unavailable;
  }

  const table::snapshot table{book.listings(), book.exempt_recipients()};
  reports::replay would{table, doors_know_recipients(loaded->settings)};
  maillog::mail_joiner mails{
      [&would](const maillog::mail& each) { would.take(each); }};
  if (!read_mail_log(
          files, [&mails](const maillog::event& next) { mails.take(next); }))
    return exit_status::unavailable;
  mails.finish();
  std::cout << (choice.format == output_format::json ? reports::to_json(would)
                                                     : reports::to_text(would));
  return would.harmed() > 0 ? exit_status::negative : exit_status::done;
}

} // namespace spfblock::server
