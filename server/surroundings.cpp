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
#include <initializer_list>
#include <iterator>
#include <optional>
#include <system_error>
#include <utility>
#include <vector>

namespace spfblock::server {
namespace {

namespace fs = std::filesystem;
using json::problem;

/// What is looked at, and what was found.
struct inspection {
  const config::settings& settings;
  const config::source_texts& texts;
  const std::string& path; ///< how the configuration is called
  reading& by;
  std::vector<problem> found;

  void warn(std::string pointer, std::string message) {
    found.push_back({path, 0, std::move(pointer), std::move(message), true});
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

// Files that are written ---------------------------------------------------

/// Whether both names lead to one file, be it there or not yet.
bool is_same_file(const std::string& a, const std::string& b) {
  const std::string identity = identity_of(a);
  return a == b || (!identity.empty() && identity == identity_of(b));
}

/// What a file may not be written over: name, and what that is.
using taken_name = std::pair<std::string, std::string>;

/// The files that the service reads with its configuration.
std::vector<taken_name> names_read(const inspection& of) {
  std::vector<taken_name> taken{{of.texts.file, "the configuration"}};
  for (const auto& [pattern, files] : of.texts.lists) {
    for (const config::list_file& each : files)
      taken.emplace_back(each.path, "a list of " + in_quotes(pattern));
  }
  if (const auto& zone = of.settings.resolver.zone_file; !zone.empty())
    taken.emplace_back(zone, "the zone file");
  return taken;
}

std::vector<taken_name> with_endings(const std::string& name,
                                     const std::string& what,
                                     std::initializer_list<const char*> all) {
  std::vector<taken_name> taken;
  for (const char* each : all)
    taken.emplace_back(name + each, what);
  return taken;
}

/// The state and what is kept beside it.
std::vector<taken_name> names_of_state(const std::string& state) {
  return with_endings(state, "the state file, or beside it",
                      {"", ".new", ".lock", ".damaged", ".other-version",
                       ".history", ".history.1", ".hits", ".hits.new",
                       ".hits.lock", ".hits.damaged", ".hits.other-version"});
}

/// Where the accepted configuration is kept, by a name that nobody chooses.
std::vector<taken_name> names_of_kept(const std::string& state) {
  const fs::path folder = fs::path{state}.parent_path();
  return with_endings((folder / config::kept_configuration_name).string(),
                      "the configuration that was accepted last",
                      {"", ".new", ".lock"});
}

void append(std::vector<taken_name>& to, std::vector<taken_name> more) {
  std::move(more.begin(), more.end(), std::back_inserter(to));
}

/// Whether a list that is read with the configuration would be read from it.
bool is_matched(const std::string& file, const fs::path& folder,
                const std::string& pattern) {
  return ::fnmatch(resolved(folder, pattern).c_str(), file.c_str(),
                   FNM_PATHNAME | FNM_PERIOD) == 0;
}

/// What a file that is written is besides, in words; nothing if all is well.
std::optional<std::string> clash_with(const inspection& of,
                                      const std::string& file,
                                      const std::vector<taken_name>& taken) {
  for (const auto& [other, what] : taken) {
    if (is_same_file(file, other))
      return what;
  }
  const fs::path folder = fs::path{of.texts.file}.parent_path();
  for (const auto& [pattern, files] : of.texts.lists) {
    if (is_matched(file, folder, pattern))
      return "a list of " + in_quotes(pattern);
  }
  return std::nullopt;
}

problem overwriting(const inspection& of, std::string pointer,
                    const std::string& file, const std::string& what) {
  return {of.path, 0, std::move(pointer),
          in_quotes(file) + " is, or would overwrite, " + what +
              " (expected a file of its own)"};
}

// The state ----------------------------------------------------------------

void check_state_file(inspection& of) {
  const std::string& file = of.settings.state_file;
  if (file.empty())
    return;
  of.by.waits_for(file);
  auto taken = names_read(of);
  append(taken, names_of_kept(file));
  for (const auto& [name, what] : names_of_state(file)) {
    if (const auto clash = clash_with(of, name, taken)) {
      of.found.push_back(overwriting(of, "/state_file", file, *clash));
      return;
    }
  }
  if (const auto why = trouble_of_state(file))
    of.warn("/state_file", *why + ", so no state can be kept");
}

// Published files ----------------------------------------------------------

/// What a published file is besides, in words; nothing if all is well.
/// @param index in `publish`
std::optional<std::string>
published_clash(const inspection& of, std::size_t index,
                const std::vector<taken_name>& taken) {
  const auto& all = of.settings.publish;
  const std::string& file = all[index].file;
  for (const std::string& name : {file, config::fresh_name(file)}) {
    if (auto clash = clash_with(of, name, taken))
      return clash;
    for (std::size_t i = 0; i < index; ++i) {
      if (is_same_file(name, all[i].file) ||
          is_same_file(file, config::fresh_name(all[i].file)))
        return "the file of /publish/" + std::to_string(i);
    }
  }
  return std::nullopt;
}

void check_published(inspection& of) {
  auto taken = names_read(of);
  if (const std::string& state = of.settings.state_file; !state.empty()) {
    append(taken, names_of_state(state));
    append(taken, names_of_kept(state));
  }
  for (std::size_t i = 0; i < of.settings.publish.size(); ++i) {
    const std::string& file = of.settings.publish[i].file;
    const std::string pointer = fmt::format("/publish/{}/file", i);
    of.by.waits_for(file);
    if (const auto clash = published_clash(of, i, taken))
      of.found.push_back(overwriting(of, pointer, file, *clash));
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
                                        const std::string& path, reading& by) {
  inspection of{settings, texts, path, by, {}};
  check_state_file(of);
  check_published(of);
  by.works();
  check_interfaces(of);
  for (problem& each : of.found)
    each.line = json::line_of(texts.text, each.pointer);
  return std::move(of.found);
}

} // namespace spfblock::server
