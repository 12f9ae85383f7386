#include "server/commands/service_reach.hpp"

#include "server/system/user.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <iostream>
#include <string>
#include <string_view>
#include <unistd.h>

namespace spfblock::server {
namespace {

/// User= of spfblock.service.
constexpr const char* service_user = "spfblock";

/// What ProtectHome= and PrivateTmp= of spfblock.service hide.
constexpr std::array<std::string_view, 5> hidden_folders{
    "/home/", "/root/", "/run/user/", "/tmp/", "/var/tmp/"};

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

} // namespace

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

} // namespace spfblock::server
