#include "server/accepted.hpp"
#include "server/commands/commands.hpp"
#include "server/service.hpp"
#include "server/system/signal_mask.hpp"

#include <iostream>
#include <utility>

namespace spfblock::server {
namespace {

exit_status serve(const std::string& configuration_file) {
  hold_signals_back();
  const auto kept_at = accepted_path();
  beginning with = begin_with(configuration_file, kept_at);
  // By hand somebody sees it; a service manager would try again for ever.
  if (!with.refused.empty() && !kept_at) {
    for (const json::problem& each : with.refused)
      std::cerr << each.to_string() << '\n';
    return exit_status::config;
  }
  return service{configuration_file, std::move(with), kept_at}.run();
}

} // namespace

void offer_serve(command_line& to) {
  to.add("serve", "Run the server in the foreground", &serve);
}

} // namespace spfblock::server
