#include "core/reports/refusals.hpp"
#include "core/support/counts_text.hpp"
#include "core/support/text.hpp"
#include "server/commands/commands.hpp"
#include "server/commands/configured.hpp"
#include "server/commands/mail_log.hpp"

#include <iostream>
#include <memory>

namespace spfblock::server {
namespace {

/// Says what the listings of the configuration rejected, or would have while
/// they only warn, by the mail log.
exit_status report(const std::string& configuration_file,
                   const log_choice& choice) {
  const auto loaded = load_or_complain(configuration_file);
  if (!loaded)
    return exit_status::config;
  const reports::own_words ours{loaded->settings};
  for (const std::string& each : ours.mute())
    std::cerr << "spfblock: the action " << in_quotes(each)
              << " has no text of its own: what it does is not in the report\n";

  reports::refusals found{ours};
  const auto read = read_mail_log(choice, [&](const maillog::event& next) {
    if (choice.period.has(next.at))
      found.take(next);
  });
  if (!read)
    return exit_status::unavailable;
  if (choice.as_json)
    std::cout << reports::to_json(found, *read);
  else
    std::cout << reports::to_text(found);
  if (found.by_listing().empty())
    std::cerr << "spfblock: nothing of our listings in "
              << counted(read->lines, "line") << ", of which " << read->events
              << by_number(read->events, " is", " are") << " of a known form\n";
  return exit_status::done;
}

} // namespace

void offer_report(command_line& to) {
  const auto choice = std::make_shared<log_choice>();
  CLI::App& command =
      to.add("report", "Say by the mail log what was rejected, or would be",
             [choice](const std::string& configuration_file) {
               return report(configuration_file, *choice);
             });
  offer_log_options(to, command, *choice);
}

} // namespace spfblock::server
