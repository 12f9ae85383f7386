#include "server/commands/commands.hpp"
#include "server/commands/configured.hpp"

#include <cstddef>
#include <iostream>
#include <string>

namespace spfblock::server {
namespace {

std::string counted(std::size_t number, const char* what) {
  return std::to_string(number) + ' ' + what + (number == 1 ? "" : "s");
}

} // namespace

exit_status check_command(const std::string& configuration_file) {
  const auto loaded = load_or_complain(configuration_file);
  if (!loaded)
    return exit_status::config;
  std::cout << configuration_file << ": valid, "
            << counted(loaded->settings.domains.size(), "domain") << ", "
            << counted(loaded->settings.networks.size(), "network")
            << " by hand\n";
  for (const dns::name& each : loaded->settings.allow.listed_providers)
    std::cout << each.to_string() << " is a provider: listed on purpose\n";
  return exit_status::done;
}

} // namespace spfblock::server
