#include "server/commands/wanted_entry.hpp"

#include "core/config/domain_name.hpp"
#include "core/support/calendar.hpp"
#include "core/support/text.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <iostream>
#include <utility>

namespace spfblock::server {

void offer_entry_options(command_line& to, CLI::App& command,
                         entry_options& into) {
  command
      .add_option("--until", to.as_typed(into.until),
                  "End the entry when this day begins, UTC: YYYY-MM-DD")
      ->type_name("DAY");
  command
      .add_option("--comment", to.as_typed(into.comment),
                  "Why, for whoever reads the file")
      ->type_name("TEXT");
}

std::optional<config::new_entry> read_options(const entry_options& options,
                                              std::chrono::sys_days today) {
  config::new_entry entry;
  entry.comment = options.comment;
  if (!options.until)
    return entry;
  entry.until = parse_day(*options.until);
  if (entry.until && *entry.until > today)
    return entry;
  std::cerr << "spfblock: --until: found " << in_quotes(*options.until)
            << (entry.until ? " (expected a day that has not begun)\n"
                            : " (expected a day of the calendar, "
                              "YYYY-MM-DD)\n");
  return std::nullopt;
}

std::optional<std::vector<dns::name>>
read_domains(const std::vector<std::string>& texts) {
  std::vector<dns::name> names;
  for (const std::string& each : texts) {
    auto name = config::parse_domain(each);
    if (!name) {
      std::cerr << "spfblock: " << name.error().message << '\n';
      return std::nullopt;
    }
    if (std::find(names.begin(), names.end(), *name) == names.end())
      names.push_back(*std::move(name));
  }
  return names;
}

void entry_difference::compare_action(const std::string& is,
                                      const std::string& wanted) {
  if (is != wanted)
    found_.push_back("with the action " + in_quotes(is));
}

void entry_difference::compare_until(
    const std::optional<std::chrono::sys_days>& is,
    const std::optional<std::chrono::sys_days>& wanted) {
  if (is != wanted)
    found_.push_back(is ? "until " + day_text(*is) : "without an end");
}

void entry_difference::compare_comment(const std::string& is,
                                       const std::string& wanted) {
  if (!wanted.empty() && is != wanted)
    found_.push_back("with the comment " + in_quotes(is));
}

bool entry_difference::tell(const std::string& what,
                            const std::string& place) const {
  if (found_.empty()) {
    std::cout << what << " already: " << place << '\n';
    return true;
  }
  std::cerr << fmt::format("spfblock: {} already, but {}: {}\n", what,
                           fmt::join(found_, ", "), place);
  return false;
}

} // namespace spfblock::server
