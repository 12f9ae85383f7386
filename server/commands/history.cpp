#include "core/history/question.hpp"
#include "core/support/calendar.hpp"
#include "core/support/text.hpp"
#include "server/commands/commands.hpp"
#include "server/commands/configured.hpp"
#include "server/history/history_file.hpp"

#include <cstdint>
#include <iostream>
#include <utility>

namespace spfblock::server {
namespace {

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

} // namespace

exit_status history_command(const std::string& configuration_file,
                            const history_choice& choice) {
  const auto about = history::question::about(choice.about);
  if (!about) {
    std::cerr << "spfblock: " << about.error().message << '\n';
    return exit_status::usage;
  }
  history::question question = *about;
  if (choice.since)
    question.since = *choice.since;
  const std::string path =
      history_path(server_of(configuration_file).state_file);
  if (path.empty())
    return complain("there is no history: no state file is configured");

  history_printer printer{choice.format};
  history::inquiry inquiry{
      std::move(question),
      [&printer](const history::entry& each) { printer.print(each); }};
  const auto read = read_history(
      path, [&inquiry](std::string_view line) { inquiry.read(line); });
  printer.finish(inquiry.begins());
  if (inquiry.cut() > 0)
    std::cerr << "spfblock: " << counted(inquiry.cut(), "entry", "entries")
              << " may be about it, too, and "
              << (inquiry.cut() == 1 ? "does" : "do")
              << " not name all networks\n";
  if (read.trouble)
    return complain(read.trouble->message);
  if (read.files == 0)
    return complain("there is no history " + in_quotes(path));
  return printer.count() > 0 ? exit_status::done : exit_status::negative;
}

} // namespace spfblock::server
