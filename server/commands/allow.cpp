#include "core/config/domain_name.hpp"
#include "core/support/text.hpp"
#include "server/commands/commands.hpp"
#include "server/commands/entry_edit.hpp"
#include "server/commands/reload.hpp"
#include "server/commands/wanted_entry.hpp"
#include "server/system/clocks.hpp"

#include <algorithm>
#include <iostream>
#include <memory>

namespace spfblock::server {
namespace {

/// What is to be allowed: a network or a domain, in its one written form.
struct allowed {
  config::entry_list list;
  std::string name;

  friend bool operator==(const allowed&, const allowed&) = default;
};

/// Whether only a network is written so.
bool looks_like_network(const std::string& text) {
  return text.find_first_of(":/") != std::string::npos ||
         std::none_of(text.begin(), text.end(), is_letter);
}

result<allowed> read_allowed(const std::string& text) {
  if (looks_like_network(text)) {
    const auto network = net::ip_prefix::parse(text);
    if (!network)
      return network.error();
    return allowed{config::entry_list::allowed_networks, network->to_string()};
  }
  const auto domain = config::parse_domain(text);
  if (!domain)
    return domain.error();
  return allowed{config::entry_list::allowed_domains, domain->to_string()};
}

/// All that is to be allowed, each once.
/// @return nothing if one is neither, which was said on stderr
std::optional<std::vector<allowed>>
read_all(const std::vector<std::string>& texts) {
  std::vector<allowed> all;
  for (const std::string& each : texts) {
    auto one = read_allowed(each);
    if (!one) {
      std::cerr << "spfblock: " << one.error().message << '\n';
      return std::nullopt;
    }
    if (std::find(all.begin(), all.end(), *one) == all.end())
      all.push_back(*std::move(one));
  }
  return all;
}

/// Where it is allowed already, FILE:LINE; nothing if it is not.
std::optional<std::string> place_of(const configuration& now,
                                    const allowed& wanted) {
  const auto& places = now.places.allowed;
  return wanted.list == config::entry_list::allowed_networks
             ? places.networks.place_of(wanted.name)
             : places.domains.place_of(wanted.name);
}

/// Compares it with the one of the same name in a list.
template <class Entries, class NameOf>
entry_difference compared(const Entries& entries, const NameOf& name_of,
                          const config::new_entry& wanted) {
  entry_difference differs;
  for (const auto& each : entries) {
    if (name_of(each) != wanted.name)
      continue;
    differs.compare_until(each.until, wanted.until);
    differs.compare_comment(each.comment, wanted.comment);
  }
  return differs;
}

/// How what is allowed already differs from what is wanted.
entry_difference difference(const config::allow_settings& now,
                            config::entry_list list,
                            const config::new_entry& wanted) {
  if (list == config::entry_list::allowed_networks)
    return compared(
        now.networks, [](const auto& each) { return each.network.to_string(); },
        wanted);
  return compared(
      now.domains, [](const auto& each) { return each.name.to_string(); },
      wanted);
}

/// Has networks, or what domains authorise, never listed: edits a file of
/// `entry_files`, in one step, and reloads the server.
/// @return negative where one is allowed already, and not as wanted; it is said
///         where it stands
exit_status allow(const std::string& configuration_file,
                  const std::vector<std::string>& entries,
                  const entry_options& options) {
  const auto today = std::chrono::floor<std::chrono::days>(read_clocks().wall);
  const auto all = read_all(entries);
  auto wanted = read_options(options, today);
  if (!all || !wanted)
    return exit_status::usage;

  auto begun = entry_edit::begin(configuration_file);
  if (const auto* const failed = std::get_if<exit_status>(&begun))
    return *failed;
  auto& edit = std::get<entry_edit>(begun);
  bool all_so = true;
  std::string told;
  for (const allowed& each : *all) {
    wanted->name = each.name;
    if (const auto place = place_of(edit.before(), each)) {
      const auto differs =
          difference(edit.before().settings.allow, each.list, *wanted);
      all_so = differs.tell(each.name + " is allowed", *place) && all_so;
      continue;
    }
    const auto file = edit.add(each.list, *wanted);
    if (!file)
      return exit_status::config;
    told += each.name + ": allowed in " + printable(*file) + '\n';
  }
  const exit_status known = all_so ? exit_status::done : exit_status::negative;
  if (told.empty())
    return known;
  const auto finished = edit.finish();
  if (const auto* const failed = std::get_if<exit_status>(&finished))
    return *failed;
  std::cout << told;
  const exit_status reloaded = reload_server(std::get<configuration>(finished));
  return reloaded == exit_status::done ? known : reloaded;
}

} // namespace

void offer_allow(command_line& to) {
  struct choice {
    std::vector<std::string> entries;
    entry_options entry;
  };
  const auto wanted = std::make_shared<choice>();
  CLI::App& command = to.add(
      "allow", "Never list a network or the hosts of a domain, and reload",
      [wanted](const std::string& configuration_file) {
        return allow(configuration_file, wanted->entries, wanted->entry);
      });
  command
      .add_option("NETWORK-OR-DOMAIN", to.as_typed(wanted->entries),
                  "Networks, addresses, or domains with an SPF record")
      ->required()
      ->type_name("");
  offer_entry_options(to, command, wanted->entry);
}

} // namespace spfblock::server
