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
  entry_difference differs;
  differs.compare_action(found->action.text(), wanted.action.empty()
                                                   ? now.settings.action.text()
                                                   : wanted.action);
  differs.compare_until(found->until, wanted.until);
  differs.compare_comment(found->comment, wanted.comment);
  return differs.tell(domain.to_string() + " is listed", place);
}

bool is_provider(const configuration& now, const dns::name& domain) {
  const auto& all = now.settings.allow.providers;
  return std::binary_search(all.begin(), all.end(), domain);
}

/// Whether it is a provider that is not listed yet; says so.
bool is_new_provider(const configuration& now, const dns::name& domain) {
  if (now.places.listed.place_of(domain) != nullptr ||
      !is_provider(now, domain))
    return false;
  std::cerr << "spfblock: " << domain.to_string()
            << " is a provider: honest mail comes from there as well "
               "(--provider lists it all the same)\n";
  return true;
}

struct choice {
  std::vector<std::string> domains;
  entry_options entry;
  bool watch = false;    ///< with an action that rejects nothing
  bool provider = false; ///< a provider is listed, too
};

/// Lists domains: edits a file of `entry_files`, all that is asked for in one
/// step, and reloads the server (docs/operations.md).
/// @return negative where a domain is listed already, and not as wanted: it is
///         said where it stands; or where one is a provider and may not be, and
///         then nothing is edited
exit_status add(const std::string& configuration_file, const choice& of) {
  const auto today = std::chrono::floor<std::chrono::days>(read_clocks().wall);
  const auto names = read_domains(of.domains);
  auto wanted = read_options(of.entry, today);
  if (!names || !wanted)
    return exit_status::usage;
  if (of.watch)
    wanted->action = watching;

  auto begun = entry_edit::begin(configuration_file);
  if (const auto* const failed = std::get_if<exit_status>(&begun))
    return *failed;
  auto& edit = std::get<entry_edit>(begun);
  const auto is_held_back = [&](const dns::name& each) {
    return !of.provider && is_new_provider(edit.before(), each);
  };
  if (std::any_of(names->begin(), names->end(), is_held_back))
    return exit_status::negative;
  bool all_so = true;
  std::vector<dns::name> added;
  std::string file;
  for (const dns::name& each : *names) {
    if (edit.before().places.listed.place_of(each) != nullptr) {
      all_so = is_as_wanted(edit.before(), each, *wanted) && all_so;
      continue;
    }
    wanted->name = each.to_string();
    wanted->provider = is_provider(edit.before(), each);
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
  for (const dns::name& each : added)
    std::cout << each.to_string() << ": added to " << file << '\n';
  const exit_status reloaded = reload_server(after);
  return reloaded == exit_status::done ? known : reloaded;
}

} // namespace

void offer_add(command_line& to) {
  const auto wanted = std::make_shared<choice>();
  CLI::App& command = to.add("add", "List domains, and reload the server",
                             [wanted](const std::string& configuration_file) {
                               return add(configuration_file, *wanted);
                             });
  command.add_option("DOMAIN", to.as_typed(wanted->domains), "Domains to list")
      ->required()
      ->type_name("");
  command.add_flag("--watch", wanted->watch,
                   "Reject nothing: only show in the mail log what would be");
  command.add_flag(
      "--provider", wanted->provider,
      "List a provider, too: honest mail comes from there as well");
  offer_entry_options(to, command, wanted->entry);
}

} // namespace spfblock::server
