#include "server/commands/commands.hpp"
#include "server/commands/configured.hpp"
#include "server/commands/querier.hpp"

#include <iostream>
#include <string>

namespace spfblock::server {
namespace {

/// Calls `each` for every key, until it returns false.
template <class Each>
bool for_each_key(const std::vector<std::string>& keys, Each each) {
  for (const std::string& key : keys) {
    if (key != "-") {
      if (!each(key))
        return false;
      continue;
    }
    for (std::string line; std::getline(std::cin, line);) {
      if (!each(line))
        return false;
    }
  }
  return true;
}

} // namespace

exit_status query_command(const std::string& configuration_file,
                          const std::optional<std::string>& server,
                          const std::vector<std::string>& keys) {
  net::endpoint at;
  if (server) {
    const auto parsed = net::endpoint::parse(*server);
    if (!parsed) {
      std::cerr << "spfblock: --server: " << parsed.error().message << '\n';
      return exit_status::usage;
    }
    at = *parsed;
  } else {
    at = reachable(server_of(configuration_file).lookups);
  }

  querier asked{at};
  bool all_found = true;
  const bool reached = for_each_key(keys, [&](const std::string& key) {
    const auto value = asked.ask(key);
    if (!value) {
      std::cerr << "spfblock: " << value.error().message << '\n';
      return false;
    }
    if (*value)
      std::cout << key << '\t' << **value << '\n';
    all_found = all_found && *value;
    return true;
  });
  if (!reached)
    return exit_status::unavailable;
  return all_found ? exit_status::done : exit_status::negative;
}

} // namespace spfblock::server
