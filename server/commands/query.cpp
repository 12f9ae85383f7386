#include "server/commands/commands.hpp"
#include "server/commands/configured.hpp"
#include "server/commands/querier.hpp"

#include <CLI/Validators.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace spfblock::server {
namespace {

/// What is asked, and where.
struct question {
  /// "HOST:PORT" with a numeric host, or "unix:/PATH"; nothing: where the
  /// configuration says that the door is, however faulty the rest of it is.
  std::optional<std::string> server;
  /// One of protocols::door_words; nothing: tcp_table, or what the
  /// configuration has instead.
  std::optional<std::string> door;
  /// For policy, NAME=VALUE is an attribute of each request and no key.
  std::vector<std::string> keys;
};

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

/// Where to ask, and how.
/// @return nothing if that is not known, which was said on stderr
std::optional<config::listener> door_of(const std::string& configuration_file,
                                        const question& asked) {
  const auto door = asked.door ? protocols::door_of(*asked.door) : std::nullopt;
  if (!asked.server) {
    const auto found = server_of(configuration_file, door).lookups;
    if (found)
      return reachable(*found);
    std::cerr << "spfblock: --door: `listen` has no door " << *asked.door
              << " (name one by --server)\n";
    return std::nullopt;
  }
  const auto at = net::socket_address::parse(*asked.server);
  if (at && door != protocols::door::dnsbl)
    return config::listener{door.value_or(protocols::door::tcp_table), *at};
  if (at) {
    auto found = server_of(configuration_file, door).lookups;
    if (found) {
      found->where = *at;
      return found;
    }
    std::cerr << "spfblock: --door: `listen` has no door dnsbl, so its zone is "
                 "not known\n";
    return std::nullopt;
  }
  std::cerr << "spfblock: --server: " << at.error().message << '\n';
  return std::nullopt;
}

/// Takes the attributes out of the keys; that of the client is a key, too.
std::vector<std::string> take_attributes(std::vector<std::string>& keys) {
  constexpr std::string_view client = "client_address=";
  std::vector<std::string> attributes;
  std::vector<std::string> others;
  for (std::string& each : keys) {
    if (each.starts_with(client))
      others.push_back(each.substr(client.size()));
    else if (each.find('=') != std::string::npos)
      attributes.push_back(std::move(each));
    else
      others.push_back(std::move(each));
  }
  keys = std::move(others);
  return attributes;
}

bool has_line_end(const std::string& text) {
  return text.find('\n') != std::string::npos;
}

/// Asks a running server at one of its doors, as Postfix does.  Prints
/// KEY<TAB>VALUE for each key found; the key "-" stands for the lines of stdin.
exit_status query(const std::string& configuration_file, question asked) {
  const auto door = door_of(configuration_file, asked);
  if (!door)
    return exit_status::usage;
  std::vector<std::string> attributes;
  if (door->kind == protocols::door::policy) {
    attributes = take_attributes(asked.keys);
    if (asked.keys.empty()) {
      std::cerr << "spfblock: the address of a client is missing\n";
      return exit_status::usage;
    }
    if (std::any_of(attributes.begin(), attributes.end(), has_line_end)) {
      std::cerr << "spfblock: an attribute has no line ends\n";
      return exit_status::usage;
    }
  }

  querier server{*door, std::move(attributes)};
  bool all_found = true;
  const bool reached = for_each_key(asked.keys, [&](const std::string& key) {
    const auto value = server.ask(key);
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

} // namespace

void offer_query(command_line& to) {
  const auto asked = std::make_shared<question>();
  CLI::App& command = to.add("query", "Ask a running server, as Postfix does",
                             [asked](const std::string& configuration_file) {
                               return query(configuration_file, *asked);
                             });
  command
      .add_option("--server", to.as_typed(asked->server),
                  "Where to ask (default: as the configuration says)")
      ->type_name("HOST:PORT");
  command
      .add_option("--door", asked->door,
                  fmt::format("In which protocol: {}",
                              fmt::join(protocols::door_words, ", ")))
      ->check(CLI::IsMember(std::vector<std::string>{
          protocols::door_words.begin(), protocols::door_words.end()}))
      ->option_text("DOOR");
  command
      .add_option("KEY", to.as_typed(asked->keys),
                  "Keys to look up; - reads them from stdin.  For policy,\n"
                  "addresses, and what else is known: sender=ADDRESS,\n"
                  "recipient=ADDRESS")
      ->required()
      ->type_name("");
}

} // namespace spfblock::server
