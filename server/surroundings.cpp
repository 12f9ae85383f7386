#include "server/surroundings.hpp"

#include "core/config/publish_section.hpp"
#include "core/json/document.hpp"
#include "core/support/text.hpp"
#include "server/system/file.hpp"
#include "server/system/interface.hpp"

#include <fmt/format.h>

#include <cstddef>
#include <filesystem>
#include <fnmatch.h>
#include <optional>
#include <system_error>
#include <utility>

namespace spfblock::server {
namespace {

namespace fs = std::filesystem;
using json::problem;

/// What is looked at, and what was found.
struct inspection {
  const config::settings& settings;
  const config::source_texts& texts;
  const std::string& path; ///< how the configuration is called
  std::vector<problem> found;

  void warn(std::string pointer, std::string message) {
    found.push_back({path, 0, std::move(pointer), std::move(message), true});
  }
  void fault(std::string pointer, std::string message) {
    found.push_back({path, 0, std::move(pointer), std::move(message)});
  }
};

// Folders ------------------------------------------------------------------

/// Whether this user sees that there is no such folder.
bool is_folder_missing(const fs::path& folder) {
  std::error_code error; // one that this user must not see is no news
  const auto type = fs::status(folder, error).type();
  return type != fs::file_type::directory && type != fs::file_type::none;
}

/// Why no state can be kept there; nothing where it can, or this user must not
/// see it.
std::optional<std::string> trouble_of_state(const std::string& file) {
  using fs::file_type;
  const fs::path folder = fs::path{file}.parent_path();
  if (is_folder_missing(folder))
    return "there is no folder " + in_quotes(folder.string());
  std::error_code error;
  const auto type = fs::symlink_status(file, error).type();
  if (type == file_type::none || type == file_type::not_found ||
      type == file_type::regular || type == file_type::symlink)
    return std::nullopt; // links are replaced
  return in_quotes(file) + " is not a regular file";
}

void check_state_file(inspection& of) {
  const std::string& file = of.settings.state_file;
  if (file.empty())
    return;
  if (const auto why = trouble_of_state(file))
    of.warn("/state_file", *why + ", so no state can be kept");
}

// Published files ----------------------------------------------------------

/// Whether both names lead to one file, be it there or not yet.
bool is_same_file(const std::string& a, const std::string& b) {
  const std::string identity = identity_of(a);
  return a == b || (!identity.empty() && identity == identity_of(b));
}

/// What a file may not be published over: name, and what that is.
using taken_name = std::pair<std::string, std::string>;

/// The files that the service reads, and those that it writes otherwise.
std::vector<taken_name> taken_names(const inspection& of) {
  std::vector<taken_name> taken{{of.texts.file, "the configuration"}};
  for (const auto& [pattern, files] : of.texts.lists) {
    for (const config::list_file& each : files)
      taken.emplace_back(each.path, "a list of " + in_quotes(pattern));
  }
  const config::settings& settings = of.settings;
  if (!settings.resolver.zone_file.empty())
    taken.emplace_back(settings.resolver.zone_file, "the zone file");
  if (const std::string& state = settings.state_file; !state.empty()) {
    for (const char* ending :
         {"", ".new", ".lock", ".damaged", ".other-version"})
      taken.emplace_back(state + ending, "the state file, or beside it");
    taken.emplace_back(
        (fs::path{state}.parent_path() / config::kept_configuration_name)
            .string(),
        "the configuration that was accepted last");
  }
  return taken;
}

/// Whether a list that is read with the configuration would be read from it.
bool is_matched(const std::string& file, const fs::path& folder,
                const std::string& pattern) {
  return ::fnmatch(resolved(folder, pattern).c_str(), file.c_str(),
                   FNM_PATHNAME | FNM_PERIOD) == 0;
}

/// What a published file is besides, in words; nothing if all is well.
/// @param index in `publish`
std::optional<std::string>
published_clash(const inspection& of, std::size_t index,
                const std::vector<taken_name>& taken) {
  const auto& all = of.settings.publish;
  const std::string& file = all[index].file;
  const fs::path folder = fs::path{of.texts.file}.parent_path();
  for (const std::string& name : {file, config::fresh_name(file)}) {
    for (const auto& [other, what] : taken) {
      if (is_same_file(name, other))
        return what;
    }
    for (const auto& [pattern, files] : of.texts.lists) {
      if (is_matched(name, folder, pattern))
        return "a list of " + in_quotes(pattern);
    }
    for (std::size_t i = 0; i < index; ++i) {
      if (is_same_file(name, all[i].file) ||
          is_same_file(file, config::fresh_name(all[i].file)))
        return "the file of /publish/" + std::to_string(i);
    }
  }
  return std::nullopt;
}

void check_published(inspection& of) {
  const auto taken = taken_names(of);
  for (std::size_t i = 0; i < of.settings.publish.size(); ++i) {
    const std::string& file = of.settings.publish[i].file;
    const std::string pointer = fmt::format("/publish/{}/file", i);
    if (const auto clash = published_clash(of, i, taken))
      of.fault(pointer, in_quotes(file) + " is, or would overwrite, " + *clash +
                            " (expected a file of its own)");
    const fs::path folder = fs::path{file}.parent_path();
    if (is_folder_missing(folder))
      of.warn(pointer, "there is no folder " + in_quotes(folder.string()) +
                           ", so the file cannot be written");
  }
}

// Interfaces ---------------------------------------------------------------

void check_interfaces(inspection& of) {
  const auto& servers = of.settings.resolver.servers;
  for (std::size_t i = 0; i < servers.size(); ++i) {
    const std::string& interface = servers[i].interface;
    if (!interface.empty() && interface_number(interface) == 0)
      of.warn(fmt::format("/resolver/servers/{}", i),
              fmt::format("there is no interface {}, so {} cannot be asked",
                          in_quotes(interface), servers[i].to_string()));
  }
}

} // namespace

std::vector<problem> check_surroundings(const config::settings& settings,
                                        const config::source_texts& texts,
                                        const std::string& path) {
  inspection of{settings, texts, path, {}};
  check_state_file(of);
  check_interfaces(of);
  check_published(of);
  for (problem& each : of.found)
    each.line = json::line_of(texts.text, each.pointer);
  return std::move(of.found);
}

} // namespace spfblock::server
