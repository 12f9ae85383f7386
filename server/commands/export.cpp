#include "core/exports/format.hpp"
#include "server/admin/provenance.hpp"
#include "server/commands/commands.hpp"
#include "server/commands/last_known.hpp"

#include <CLI/Validators.hpp>

#include <iostream>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace spfblock::server {
namespace {

/// What a server would export that starts now from the state file.
std::string exported(exports::format as, const domains::domain_book& book,
                     timestamp now) {
  exports::provenance from = provenance_at(now);
  from.from_state_file = true;
  return exports::document(as, table::snapshot{book.listings()}, from);
}

/// Prints the whole table; what the format leaves out is said on stderr.  Asks
/// the running server, or reads the state file where it cannot be asked.
/// @param format one of exports::format_names
exit_status export_table(const std::string& configuration_file,
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
  std::cout << document;
  return exit_status::done;
}

/// The names of the formats, in lines that fit beside the options.
std::string format_lines() {
  constexpr std::size_t widest = 56;
  std::string lines;
  std::size_t used = widest;
  for (const std::string_view each : exports::format_names) {
    const std::size_t needed = each.size() + 2;
    const bool fits = used + needed <= widest;
    lines.append(lines.empty() ? "" : ",")
        .append(fits ? " " : "\n")
        .append(each);
    used = fits ? used + needed : needed;
  }
  return lines;
}

} // namespace

void offer_export(command_line& to) {
  const auto format = std::make_shared<std::string>();
  to.add("export", "Print the whole table for another program",
         [format](const std::string& configuration_file) {
           return export_table(configuration_file, *format);
         })
      .add_option("--format", to.as_typed(*format),
                  "What for (docs/export.md):" + format_lines())
      ->required()
      ->check(CLI::IsMember(std::vector<std::string>{
          exports::format_names.begin(), exports::format_names.end()}))
      ->option_text("FORMAT");
}

} // namespace spfblock::server
