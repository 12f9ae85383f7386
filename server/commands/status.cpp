#include "core/reports/status.hpp"

#include "server/commands/commands.hpp"
#include "server/commands/configured.hpp"
#include "server/commands/last_known.hpp"

#include <iostream>

namespace spfblock::server {

exit_status status_command(const std::string& configuration_file,
                           output_format format) {
  const auto loaded = load_or_complain(configuration_file);
  if (!loaded)
    return exit_status::config;

  const auto document = document_or_complain(
      loaded->settings, "/status",
      [](const domains::domain_book& book, timestamp now) {
        return reports::to_json(reports::report(book, now));
      });
  if (!document)
    return exit_status::unavailable;
  const auto report = reports::status_from_json(*document);
  if (!report) {
    std::cerr << "spfblock: " << report.error().message << '\n';
    return exit_status::unavailable;
  }
  std::cout << (format == output_format::json ? *document
                                              : reports::to_text(*report));
  return report->is_stale() ? exit_status::negative : exit_status::done;
}

} // namespace spfblock::server
