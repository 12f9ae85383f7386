#include "core/support/text.hpp"
#include "server/commands/commands.hpp"
#include "server/commands/entry_edit.hpp"
#include "server/commands/reload.hpp"
#include "server/commands/wanted_entry.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <iostream>
#include <memory>

namespace spfblock::server {
namespace {

/// Says why a domain is not taken out, or is listed all the same.
/// @return whether it is listed no more
bool tell_if_listed(const configuration& by, const dns::name& domain) {
  const json::place* const at = by.places.listed.place_of(domain);
  if (at == nullptr)
    return true;
  std::cerr << "spfblock: " << domain.to_string() << " stands in "
            << at->to_string()
            << ", which is no file of entry_files: remove it there\n";
  return false;
}

/// Takes domains out of the files of `entry_files`, in one step, and reloads
/// the server.
/// @return negative if a domain is not listed, or is by a file that is not
///         edited
exit_status remove(const std::string& configuration_file,
                   const std::vector<std::string>& domains) {
  const auto names = read_domains(domains);
  if (!names)
    return exit_status::usage;
  auto begun = entry_edit::begin(configuration_file);
  if (const auto* const failed = std::get_if<exit_status>(&begun))
    return *failed;
  auto& edit = std::get<entry_edit>(begun);
  bool all_gone = true;
  std::vector<dns::name> removed;
  std::string told;
  for (const dns::name& each : *names) {
    const auto files = edit.remove(each);
    if (!files)
      return exit_status::config;
    if (!files->empty()) {
      removed.push_back(each);
      told += fmt::format("{}: removed from {}\n", each.to_string(),
                          printable(fmt::format("{}", fmt::join(*files, ", ")),
                                    std::string::npos));
      continue;
    }
    all_gone = false;
    if (tell_if_listed(edit.before(), each))
      std::cerr << "spfblock: " << each.to_string() << " is not listed\n";
  }
  if (removed.empty())
    return exit_status::negative;
  const auto finished = edit.finish();
  if (const auto* const failed = std::get_if<exit_status>(&finished))
    return *failed;
  const auto& after = std::get<configuration>(finished);
  std::cout << told;
  for (const dns::name& each : removed)
    all_gone = tell_if_listed(after, each) && all_gone;
  const exit_status reloaded = reload_server(after);
  if (reloaded != exit_status::done)
    return reloaded;
  return all_gone ? exit_status::done : exit_status::negative;
}

} // namespace

void offer_remove(command_line& to) {
  const auto domains = std::make_shared<std::vector<std::string>>();
  to.add("remove", "List domains no more, and reload the server",
         [domains](const std::string& configuration_file) {
           return remove(configuration_file, *domains);
         })
      .add_option("DOMAIN", to.as_typed(*domains), "Domains of the entry files")
      ->required()
      ->type_name("");
}

} // namespace spfblock::server
