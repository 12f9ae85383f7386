#include "core/history/question.hpp"
#include "core/support/calendar.hpp"
#include "core/support/counts_text.hpp"
#include "core/support/text.hpp"
#include "server/commands/commands.hpp"
#include "server/commands/configured.hpp"
#include "server/history/history_file.hpp"

#include <cstdint>
#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace spfblock::server {
namespace {

struct history_choice {
  std::string about; ///< a domain or an address; empty: everything
  /// What was before is left out; as it was typed: a day, YYYY-MM-DD.
  std::optional<std::string> since;
  bool as_json = false;
};

/// Writes entries as they come: a history may be larger than memory.
class history_printer {
public:
  explicit history_printer(output_format as) : as_{as} {
    if (as_ == output_format::json)
      std::cout << "{\"entries\":[";
  }

  void print(const history::entry& of) {
    if (as_ == output_format::json) {
      const std::string line = history::to_line(of);
      std::cout << (count_ == 0 ? "\n" : ",\n")
                << std::string_view{line}.substr(0, line.size() - 1);
    } else {
      std::cout << history::to_text(of);
    }
    ++count_;
  }

  void finish(const std::optional<std::chrono::sys_seconds>& begins) {
    if (as_ == output_format::json)
      std::cout << "\n],\"begins\":"
                << (begins ? std::to_string(begins->time_since_epoch().count())
                           : "null")
                << "}\n";
    else if (count_ == 0 && begins)
      std::cout << "nothing, as far as the history goes back: to "
                << utc_text(*begins) << '\n';
  }

  [[nodiscard]] std::uint64_t count() const noexcept { return count_; }

private:
  output_format as_;
  std::uint64_t count_ = 0;
};

exit_status complain(const std::string& what) {
  std::cerr << "spfblock: " << what << '\n';
  return exit_status::unavailable;
}

/// Says what was listed when, and why that changed.  Reads the files, whether
/// or not a server runs.
/// @return negative if there is nothing to tell; unavailable if there is no
///         history, or it cannot be read
exit_status tell_history(const std::string& configuration_file,
                         const history_choice& choice) {
  const auto since = choice.since ? parse_day(*choice.since) : std::nullopt;
  if (choice.since && !since) {
    std::cerr << "spfblock: --since: " << in_quotes(*choice.since)
              << " is no day (expected YYYY-MM-DD)\n";
    return exit_status::usage;
  }
  const auto about = history::question::about(choice.about);
  if (!about) {
    std::cerr << "spfblock: " << about.error().message << '\n';
    return exit_status::usage;
  }
  history::question question = *about;
  if (since)
    question.since = *since;
  const std::string path =
      history_path(server_of(configuration_file).state_file);
  if (path.empty())
    return complain("there is no history: no state file is configured");

  history_printer printer{choice.as_json ? output_format::json
                                         : output_format::text};
  history::inquiry inquiry{
      std::move(question),
      [&printer](const history::entry& each) { printer.print(each); }};
  const auto read = read_history(
      path, [&inquiry](std::string_view line) { inquiry.read(line); });
  printer.finish(inquiry.begins());
  if (inquiry.cut() > 0)
    std::cerr << "spfblock: " << counted(inquiry.cut(), "entry", "entries")
              << " may be about it, too, and "
              << by_number(inquiry.cut(), "does", "do")
              << " not name all networks\n";
  if (read.trouble)
    return complain(read.trouble->message);
  if (read.files == 0)
    return complain("there is no history " + in_quotes(path));
  return printer.count() > 0 ? exit_status::done : exit_status::negative;
}

} // namespace

void offer_history(command_line& to) {
  const auto choice = std::make_shared<history_choice>();
  CLI::App& command =
      to.add("history", "Say what was listed when, and why that changed",
             [choice](const std::string& configuration_file) {
               return tell_history(configuration_file, *choice);
             });
  command
      .add_option("DOMAIN-OR-ADDRESS", to.as_typed(choice->about),
                  "Only of this (default: everything)")
      ->type_name("");
  command
      .add_option("--since", to.as_typed(choice->since),
                  "Leave out what was before this day")
      ->type_name("DAY");
  command.add_flag("--json", choice->as_json, "Print JSON (docs/history.md)");
}

} // namespace spfblock::server
