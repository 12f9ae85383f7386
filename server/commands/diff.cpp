#include "core/dns/name.hpp"
#include "core/domains/state.hpp"
#include "core/exports/format.hpp"
#include "core/exports/holdings_json.hpp"
#include "core/reports/difference.hpp"
#include "server/commands/commands.hpp"
#include "server/commands/configured.hpp"
#include "server/commands/expand_book.hpp"
#include "server/commands/last_known.hpp"
#include "server/system/clocks.hpp"
#include "server/system/own_addresses.hpp"

#include <iostream>
#include <memory>
#include <utility>
#include <vector>

namespace spfblock::server {
namespace {

/// What is listed now: by the running server, else by its state file, else
/// nothing.
std::vector<table::holding> holdings_now(const config::settings& by) {
  const auto answer = ask_or_read(
      by, "/export?format=json",
      [](const domains::domain_book& book, timestamp) {
        std::cerr << "spfblock: no state tells of actions: they are not "
                     "compared\n";
        return exports::document(exports::format::json,
                                 table::snapshot{book.listings()}, {});
      });
  if (answer) {
    auto holdings = exports::holdings_from_json(answer->document);
    if (holdings)
      return *std::move(holdings);
    std::cerr << "spfblock: " << holdings.error().message << '\n';
  }
  std::cerr << "spfblock: comparing with an empty table\n";
  return {};
}

/// What is listed now, as if it had just been found.
domains::state state_of(const std::vector<table::holding>& holdings,
                        timestamp now) {
  domains::state made;
  for (const table::holding& each : holdings) {
    const auto name = dns::name::from_text(each.name);
    if (!name)
      continue;
    domains::domain_state& kept = made.domains.emplace_back();
    kept.name = *name;
    kept.good.pass = each.addresses;
    kept.good_at = now.wall;
  }
  return made;
}

/// What is known of the domains, so that growth, vanished records and DNS
/// failures are judged as a refresh would judge them: by the state file, and
/// where that says nothing, or nothing yet, by what is listed.
domains::domain_book known_book(const config::settings& by,
                                const std::vector<table::holding>& listed) {
  const timestamp now = read_clocks();
  domains::domain_book book;
  if (auto known = read_last_known(by, now))
    book = (*std::move(known)).book;
  else
    book.apply(by, own_addresses(), now);
  book.restore(state_of(listed, now), now);
  return book;
}

/// Expands all domains now and says what a refresh with this configuration
/// would add to the table, remove from it and refuse; changes nothing. Compares
/// with the running server's table, or with its state file, or with an empty
/// table.
/// @param tell_changes negative where something would change
/// @return unavailable if the DNS failed for all domains
exit_status diff(const std::string& configuration_file, bool tell_changes) {
  const auto loaded = load_or_complain(configuration_file);
  if (!loaded)
    return exit_status::config;
  const auto before = holdings_now(loaded->settings);
  domains::domain_book book = known_book(loaded->settings, before);
  expand_due(book, *loaded);
  book.let_go();
  const auto changes = reports::difference_between(before, book);
  std::cout << reports::to_text(changes);
  if (changes.dns_failed())
    return exit_status::unavailable;
  return tell_changes && changes.changes() ? exit_status::negative
                                           : exit_status::done;
}

} // namespace

void offer_diff(command_line& to) {
  const auto tell_changes = std::make_shared<bool>(false);
  to.add("diff", "Say what a refresh would change, and change nothing",
         [tell_changes](const std::string& configuration_file) {
           return diff(configuration_file, *tell_changes);
         })
      .add_flag("--exit-code", *tell_changes,
                "Exit 1 if something would change");
}

} // namespace spfblock::server
