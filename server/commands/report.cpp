#include "core/reports/refusals.hpp"
#include "core/support/text.hpp"
#include "server/commands/commands.hpp"
#include "server/commands/configured.hpp"
#include "server/commands/mail_log.hpp"

#include <iostream>

namespace spfblock::server {

exit_status report_command(const std::string& configuration_file,
                           output_format format, const maillog::period& period,
                           const std::vector<std::string>& files) {
  const auto loaded = load_or_complain(configuration_file);
  if (!loaded)
    return exit_status::config;
  const reports::own_words ours{loaded->settings};
  for (const std::string& each : ours.mute())
    std::cerr << "spfblock: the action " << in_quotes(each)
              << " has no text of its own: what it does is not in the report\n";

  reports::refusals found{ours};
  const auto read = read_mail_log(files, [&](const maillog::event& next) {
    if (period.has(next.at))
      found.take(next);
  });
  if (!read)
    return exit_status::unavailable;
  if (format == output_format::json)
    std::cout << reports::to_json(found, *read);
  else
    std::cout << reports::to_text(found);
  if (found.by_listing().empty())
    std::cerr << "spfblock: nothing of our listings in " << read->lines
              << " lines, of which " << read->events
              << " are of a known form\n";
  return exit_status::done;
}

} // namespace spfblock::server
