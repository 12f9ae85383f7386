#include "core/support/text.hpp"
#include "server/accepted.hpp"
#include "server/commands/commands.hpp"
#include "server/system/user.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <filesystem>
#include <iostream>
#include <string>
#include <string_view>
#include <unistd.h>
#include <utility>
#include <vector>

namespace spfblock::server {
namespace {

/// User= of spfblock.service.
constexpr const char* service_user = "spfblock";

/// What ProtectHome= and PrivateTmp= of spfblock.service hide.
constexpr std::array<std::string_view, 5> hidden_folders{
    "/home/", "/root/", "/run/user/", "/tmp/", "/var/tmp/"};

std::string counted(std::size_t number, const char* what) {
  return std::to_string(number) + ' ' + what + (number == 1 ? "" : "s");
}

void say(const std::vector<json::problem>& problems) {
  for (const json::problem& each : problems)
    std::cerr << each.to_string() << '\n';
}

/// The files and folders that a configuration was read from.
std::vector<std::string> sources_of(const configuration& of) {
  const std::filesystem::path folder =
      std::filesystem::path{of.texts.file}.parent_path();
  std::vector<std::string> paths{of.texts.file};
  for (const auto& [pattern, files] : of.texts.lists) {
    for (const config::list_file& each : files)
      paths.push_back(each.path);
    const auto listed = (folder / pattern).parent_path();
    std::error_code error;
    if (pattern.find_first_of("*?[") != std::string::npos &&
        std::filesystem::is_directory(listed, error))
      paths.push_back(listed.lexically_normal().string());
  }
  if (of.texts.zone)
    paths.push_back(of.settings.resolver.zone_file);
  return paths;
}

/// What of the configuration the service cannot read where root can.
std::vector<json::problem> out_of_reach(const configuration& of) {
  const auto by = user_named(service_user);
  if (::geteuid() != 0 || !by || of.texts.file != default_configuration_file)
    return {};
  std::vector<json::problem> found;
  const auto paths = sources_of(of);
  for (const std::string& each : paths) {
    if (std::any_of(hidden_folders.begin(), hidden_folders.end(),
                    [&each](auto folder) { return each.starts_with(folder); }))
      found.push_back({each, 0, {}, "lies where the service sees nothing"});
  }
  const auto unreadable = unreadable_to(*by, paths);
  if (!unreadable)
    std::cerr << "spfblock: cannot try what the user " << service_user
              << " may read\n";
  for (const unreadable_file& each :
       unreadable.value_or(std::vector<unreadable_file>{}))
    found.push_back({each.path,
                     0,
                     {},
                     fmt::format("the service, as user {}, cannot read it: {}",
                                 service_user, each.reason)});
  return found;
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

exit_status check_command(const std::string& configuration_file) {
  const auto loaded = load_configuration(configuration_file);
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
  for (const dns::name& each : valid.settings.allow.kept_providers)
    std::cout << "warning: " << each.to_string()
              << " is a provider: not listed, since only a list of "
                 "domain_files names it\n";
  return exit_status::done;
}

} // namespace spfblock::server
