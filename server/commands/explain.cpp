#include "core/reports/explanation.hpp"
#include "server/commands/commands.hpp"
#include "server/commands/last_known.hpp"

#include <iostream>

namespace spfblock::server {

exit_status explain_command(const std::string& configuration_file,
                            const std::string& address) {
  const auto parsed = net::ip_address::parse(address);
  if (!parsed) {
    std::cerr << "spfblock: " << parsed.error().message << '\n';
    return exit_status::usage;
  }
  const auto answer =
      ask_or_read(configuration_file, "/explain?address=" + parsed->to_string(),
                  [&parsed](const domains::domain_book& book, timestamp now) {
                    const table::snapshot published{book.listings()};
                    return reports::to_json(
                        reports::explain(*parsed, published, book, now));
                  });
  if (const auto* status = std::get_if<exit_status>(&answer))
    return *status;
  const auto explained =
      reports::explanation_from_json(std::get<told>(answer).document);
  if (!explained) {
    std::cerr << "spfblock: " << explained.error().message << '\n';
    return exit_status::unavailable;
  }
  std::cout << reports::to_text(*explained);
  return explained->reasons.empty() ? exit_status::negative : exit_status::done;
}

} // namespace spfblock::server
