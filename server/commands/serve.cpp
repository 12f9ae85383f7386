#include "server/commands/commands.hpp"
#include "server/commands/configured.hpp"
#include "server/service.hpp"

#include <utility>

namespace spfblock::server {

exit_status serve_command(const std::string& configuration_file) {
  auto loaded = load_or_complain(configuration_file);
  if (!loaded)
    return exit_status::config;
  return service{configuration_file, *std::move(loaded)}.run();
}

} // namespace spfblock::server
