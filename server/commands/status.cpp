#include "core/reports/status.hpp"

#include "core/config/domain_name.hpp"
#include "core/support/text.hpp"
#include "server/admin/admin_client.hpp"
#include "server/commands/commands.hpp"
#include "server/commands/configured.hpp"
#include "server/commands/last_known.hpp"
#include "server/commands/querier.hpp"

#include <chrono>
#include <iostream>
#include <memory>
#include <optional>
#include <set>
#include <utility>

namespace spfblock::server {
namespace {

/// What is shown.
struct status_choice {
  bool as_json = false;
  std::vector<std::string> domains; ///< empty: all
  bool only_trouble = false;
  unsigned unused = 0; ///< only domains without a hit for so many days; 0: all
};

using reports::domain_status;
using reports::shown;
using reports::status_report;

/// Whether a server whose admin port is off answers lookups.  Says on stderr if
/// it does not.
bool answers_lookups(const std::string& configuration_file) {
  const auto server = server_of(configuration_file);
  if (server.admin)
    return false;
  const auto answer = querier{reachable(*server.lookups)}.ask("status");
  if (!answer)
    std::cerr << "spfblock: " << answer.error().message << '\n';
  return answer.has_value();
}

/// The domains as a report names them.
/// @return nothing if one is no domain, which was said on stderr
std::optional<std::set<std::string>>
chosen_names(const std::vector<std::string>& domains) {
  std::set<std::string> names;
  for (const std::string& each : domains) {
    const auto name = config::parse_domain(each);
    if (!name) {
      std::cerr << "spfblock: " << name.error().message << '\n';
      return std::nullopt;
    }
    names.insert(name->to_string());
  }
  return names;
}

/// Leaves the domains of these names, or all if there are none.  Says on stderr
/// which there are not.
/// @return whether there are all
bool keep_only(const std::set<std::string>& names, status_report& of) {
  if (names.empty())
    return true;
  std::set<std::string> missing = names;
  for (const domain_status& each : of.domains)
    missing.erase(each.name);
  for (const std::string& each : missing)
    std::cerr << "spfblock: " << each << " is not configured\n";
  std::erase_if(of.domains, [&names](const domain_status& each) {
    return !names.contains(each.name);
  });
  return missing.empty();
}

std::string json_of(status_report of, shown which) {
  if (which == shown::in_trouble)
    std::erase_if(of.domains, [](const domain_status& each) {
      return !reports::is_in_trouble(each);
    });
  return reports::to_json(of);
}

/// The domains that may be taken out.
void tell_unused(status_report of, std::chrono::days span, bool as_json) {
  if (!as_json) {
    std::cout << reports::unused_text(of, span);
    return;
  }
  std::erase_if(of.domains, [&of, span](const domain_status& each) {
    return !reports::is_unused(each, of.at, span);
  });
  std::cout << reports::to_json(of);
}

/// Says how each domain fares, and first what is wrong.  Asks the running
/// server, or reads the state file where it cannot be asked.
/// @return negative if the server does not answer, some data are stale, its
///         configuration file was refused, or a domain is not configured
exit_status status(const std::string& configuration_file,
                   const status_choice& choice) {
  const auto names = chosen_names(choice.domains);
  if (!names)
    return exit_status::usage;
  const auto answer = ask_or_read(
      configuration_file, names->empty() ? "/status" : status_target(*names),
      [](const domains::domain_book& book, timestamp now) {
        status_report report = reports::report(book, now);
        report.from_state_file = true;
        return reports::to_json(report);
      });
  if (const auto* failed = std::get_if<exit_status>(&answer))
    return *failed;
  const auto& [document, by_state_file] = std::get<told>(answer);
  auto read = reports::status_from_json(document);
  if (!read) {
    std::cerr << "spfblock: " << read.error().message << '\n';
    return exit_status::unavailable;
  }

  status_report report = *std::move(read);
  const bool answers = !by_state_file || answers_lookups(configuration_file);
  const bool all_there = keep_only(*names, report);
  const auto which = choice.only_trouble ? shown::in_trouble : shown::all;
  if (choice.unused > 0) {
    tell_unused(report, std::chrono::days{choice.unused}, choice.as_json);
  } else if (choice.as_json) {
    const bool whole = names->empty() && which == shown::all;
    std::cout << (whole ? document : json_of(report, which));
  } else {
    if (!answers)
      std::cout << "THE SERVER DOES NOT ANSWER: this is what it saved\n";
    std::cout << reports::to_text(report, which);
  }
  const bool good = answers && all_there && !report.is_stale() &&
                    !reports::configuration_concern(report.configuration) &&
                    !reports::ports_problem(report);
  return good ? exit_status::done : exit_status::negative;
}

} // namespace

void offer_status(command_line& to) {
  const auto choice = std::make_shared<status_choice>();
  CLI::App& command = to.add("status", "Say how each domain fares",
                             [choice](const std::string& configuration_file) {
                               return status(configuration_file, *choice);
                             });
  command
      .add_option("DOMAIN", to.as_typed(choice->domains),
                  "Domains to tell of (default: all)")
      ->type_name("");
  command.add_flag("--json", choice->as_json,
                   "Print JSON (docs/status-json.md)");
  auto* const trouble =
      command.add_flag("--trouble", choice->only_trouble,
                       "Only domains that somebody should look at");
  command
      .add_option("--unused", choice->unused,
                  "Only domains that answered nothing for so many days")
      ->check(CLI::Range(1U, 36500U))
      ->excludes(trouble)
      ->option_text("DAYS");
}

} // namespace spfblock::server
