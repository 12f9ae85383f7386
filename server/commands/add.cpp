#include "server/commands/commands.hpp"
#include "server/commands/entry_edit.hpp"
#include "server/commands/reload.hpp"
#include "server/commands/wanted_entry.hpp"
#include "server/system/clocks.hpp"

#include <algorithm>
#include <iostream>
#include <memory>

namespace spfblock::server {
namespace {

/// As docs/operations.md begins with a domain: it shows in the mail log.
constexpr const char* watching = "WARN spfblock: {domain} {network}";

/// Whether the domain, which the configuration names, is listed as wanted; says
/// so.
bool is_as_wanted(const configuration& now, const dns::name& domain,
                  const config::new_entry& wanted) {
  const std::string place = now.places.listed.place_of(domain)->to_string();
  const auto& all = now.settings.domains;
  const auto found =
      std::find_if(all.begin(), all.end(),
                   [&](const auto& each) { return each.name == domain; });
  if (found == all.end()) {
    std::cerr << "spfblock: " << domain.to_string()
              << " is a provider, which a list of domain_files does not list: "
              << place << '\n';
    return false;
  }
  entry_difference differs;
  differs.compare_action(found->action.text(), wanted.action.empty()
                                                   ? now.settings.action.text()
                                                   : wanted.action);
  differs.compare_until(found->until, wanted.until);
  differs.compare_comment(found->comment, wanted.comment);
  return differs.tell(domain.to_string() + " is listed", place);
}

void warn_of_provider(const configuration& after, const dns::name& domain) {
  const auto& listed = after.settings.allow.listed_providers;
  if (std::find(listed.begin(), listed.end(), domain) != listed.end())
    std::cerr << "warning: " << domain.to_string()
              << " is a provider: honest mail comes from there as well\n";
}

/// Lists domains: edits a file of `entry_files`, all that is asked for in one
/// step, and reloads the server (docs/operations.md).
/// @param watch with an action that rejects nothing
/// @return negative where a domain is listed already, and not as wanted; it is
///         said where it stands
exit_status add(const std::string& configuration_file,
                const std::vector<std::string>& domains,
                const entry_options& options, bool watch) {
  const auto today = std::chrono::floor<std::chrono::days>(read_clocks().wall);
  const auto names = read_domains(domains);
  auto wanted = read_options(options, today);
  if (!names || !wanted)
    return exit_status::usage;
  if (watch)
    wanted->action = watching;

  auto begun = entry_edit::begin(configuration_file);
  if (const auto* const failed = std::get_if<exit_status>(&begun))
    return *failed;
  auto& edit = std::get<entry_edit>(begun);
  bool all_so = true;
  std::vector<dns::name> added;
  std::string file;
  for (const dns::name& each : *names) {
    if (edit.before().places.listed.place_of(each) != nullptr) {
      all_so = is_as_wanted(edit.before(), each, *wanted) && all_so;
      continue;
    }
    wanted->name = each.to_string();
    const auto to = edit.add(config::entry_list::domains, *wanted);
    if (!to)
      return exit_status::config;
    file = *to;
    added.push_back(each);
  }
  const exit_status known = all_so ? exit_status::done : exit_status::negative;
  if (added.empty())
    return known;
  const auto finished = edit.finish();
  if (const auto* const failed = std::get_if<exit_status>(&finished))
    return *failed;
  const auto& after = std::get<configuration>(finished);
  for (const dns::name& each : added) {
    std::cout << each.to_string() << ": added to " << file << '\n';
    warn_of_provider(after, each);
  }
  const exit_status reloaded = reload_server(after);
  return reloaded == exit_status::done ? known : reloaded;
}

} // namespace

void offer_add(command_line& to) {
  struct choice {
    std::vector<std::string> domains;
    entry_options entry;
    bool watch = false;
  };
  const auto wanted = std::make_shared<choice>();
  CLI::App& command = to.add("add", "List domains, and reload the server",
                             [wanted](const std::string& configuration_file) {
                               return add(configuration_file, wanted->domains,
                                          wanted->entry, wanted->watch);
                             });
  command.add_option("DOMAIN", to.as_typed(wanted->domains), "Domains to list")
      ->required()
      ->type_name("");
  command.add_flag("--watch", wanted->watch,
                   "Reject nothing: only show in the mail log what would be");
  offer_entry_options(to, command, wanted->entry);
}

} // namespace spfblock::server
