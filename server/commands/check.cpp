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
#include <string>
#include <utility>
#include <vector>

namespace spfblock::server {
namespace {

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

} // namespace

exit_status check_command(const std::string& configuration_file, checks which) {
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

} // namespace spfblock::server
