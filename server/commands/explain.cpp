#include "core/table/explanation.hpp"
#include "server/admin_client.hpp"
#include "server/commands/commands.hpp"
#include "server/commands/configured.hpp"

#include <iostream>

namespace spfblock::server {

exit_status explain_command(const std::string& configuration_file,
                            const std::string& address) {
  const auto parsed = net::ip_address::parse(address);
  if (!parsed) {
    std::cerr << "spfblock: " << parsed.error().message << '\n';
    return exit_status::usage;
  }
  const auto loaded = load_or_complain(configuration_file);
  if (!loaded)
    return exit_status::config;
  const auto& admin = loaded->settings.admin;
  if (!admin) {
    std::cerr << "spfblock: the admin port is off: set \"admin\" in "
              << configuration_file << '\n';
    return exit_status::unavailable;
  }

  const auto fetched =
      admin_get(reachable(*admin), "/explain?address=" + parsed->to_string());
  const auto told = fetched ? table::explanation_from_json(*fetched)
                            : result<table::explanation>{fetched.error()};
  if (!told) {
    std::cerr << "spfblock: " << told.error().message << '\n';
    return exit_status::unavailable;
  }
  std::cout << table::to_text(*told);
  return told->reasons.empty() ? exit_status::negative : exit_status::done;
}

} // namespace spfblock::server
