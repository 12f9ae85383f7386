#include "server/commands/commands.hpp"
#include "server/commands/configured.hpp"

#include <iostream>

namespace spfblock::server {

exit_status check_command(const std::string& configuration_file) {
  const auto loaded = load_or_complain(configuration_file);
  if (!loaded)
    return exit_status::config;
  std::cout << configuration_file << ": valid, "
            << loaded->settings.domains.size() << " domains, "
            << loaded->settings.networks.size() << " networks by hand\n";
  return exit_status::done;
}

} // namespace spfblock::server
