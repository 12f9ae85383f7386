#include "core/support/text.hpp"
#include "server/accepted.hpp"
#include "server/commands/check_dnsbl.hpp"
#include "server/commands/check_postfix.hpp"
#include "server/commands/commands.hpp"
#include "server/commands/service_reach.hpp"
#include "server/patient_loading.hpp"

#include <algorithm>
#include <cstddef>
#include <iostream>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace spfblock::server {
namespace {

/// What is looked at besides the configuration.
struct checks {
  bool postfix = false; ///< whether Postfix asks, and rightly
  bool dnsbl = false;   ///< whether the machine's resolver leads to the door
};

void say(const std::vector<json::problem>& problems) {
  for (const json::problem& each : problems)
    std::cerr << each.to_string() << '\n';
}

/// What the lists lost since the running service read them.
std::vector<json::problem> lost_since_accepted(const configuration& now) {
  if (now.settings.state_file.empty())
    return {};
  const auto kept = read_accepted(accepted_beside(now.settings.state_file));
  if (!kept || !*kept || (*kept)->texts.file != now.texts.file)
    return {};
  return config::losses((*kept)->lists, now.lists);
}

/// Says every fault of the configuration; where it is valid, also what else is
/// wanted.
/// @return negative where any of that is wrong
exit_status check_configuration(const std::string& configuration_file,
                                checks which) {
  const auto loaded = load_patiently(configuration_file);
  if (const auto* const problems =
          std::get_if<std::vector<json::problem>>(&loaded)) {
    say(*problems);
    return exit_status::config;
  }
  const auto& valid = std::get<configuration>(loaded);
  const auto faults = out_of_reach(valid);
  say(faults);
  say(lost_since_accepted(valid));
  say(valid.warnings);
  if (!faults.empty())
    return exit_status::config;
  std::cout << configuration_file << ": valid, "
            << counted(valid.settings.domains.size(), "domain") << ", "
            << counted(valid.settings.networks.size(), "network")
            << " by hand\n";
  for (const dns::name& each : valid.settings.allow.listed_providers)
    std::cout << each.to_string() << " is a provider: listed on purpose\n";
  auto status = exit_status::done;
  if (which.postfix)
    status = check_postfix(valid.settings);
  if (which.dnsbl)
    status = std::max(status, check_dnsbl(valid.settings));
  return status;
}

} // namespace

void offer_check(command_line& to) {
  const auto which = std::make_shared<checks>();
  CLI::App& command =
      to.add("check", "Validate the configuration",
             [which](const std::string& configuration_file) {
               return check_configuration(configuration_file, *which);
             });
  command.add_flag("--postfix", which->postfix,
                   "Also say whether Postfix asks, and rightly");
  command.add_flag("--dnsbl", which->dnsbl,
                   "Also say whether the resolver here asks the door dnsbl");
}

} // namespace spfblock::server
