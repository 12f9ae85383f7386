#include "core/exports/format.hpp"
#include "server/admin/provenance.hpp"
#include "server/commands/commands.hpp"
#include "server/commands/last_known.hpp"

#include <iostream>

namespace spfblock::server {
namespace {

/// What a server would export that starts now from the state file.
std::string exported(exports::format as, const domains::domain_book& book,
                     timestamp now) {
  exports::provenance from = provenance_at(now);
  from.from_state_file = true;
  return exports::document(as, table::snapshot{book.listings()}, from);
}

} // namespace

exit_status export_command(const std::string& configuration_file,
                           const std::string& format) {
  const auto as = exports::format_named(format);
  if (!as) {
    std::cerr << "spfblock: unknown format\n";
    return exit_status::usage;
  }
  const auto answer =
      ask_or_read(configuration_file, "/export?format=" + format,
                  [as](const domains::domain_book& book, timestamp now) {
                    return exported(*as, book, now);
                  });
  if (const auto* status = std::get_if<exit_status>(&answer))
    return *status;
  const std::string& document = std::get<told>(answer).document;
  for (const std::string& each : exports::contents_of(*as, document).left_out)
    std::cerr << "spfblock: left out: " << each << '\n';
  std::cout << document << std::flush;
  if (std::cout)
    return exit_status::done;
  std::cerr << "spfblock: cannot write to stdout\n";
  return exit_status::software;
}

} // namespace spfblock::server
