#include "server/configuration.hpp"

#include "core/config/settings_parser.hpp"
#include "core/support/text.hpp"
#include "server/system/file.hpp"

#include <cerrno>
#include <filesystem>
#include <fnmatch.h>
#include <glob.h>
#include <memory>
#include <optional>
#include <sys/stat.h>
#include <utility>

namespace spfblock::server {
namespace {

namespace fs = std::filesystem;
using json::problem;
using files_or_reason =
    std::variant<std::vector<config::list_file>, std::string>;

/// `path` as the configuration in `folder` means it.
std::string resolved(const fs::path& folder, const std::string& path) {
  return (folder / path).lexically_normal().string();
}

struct free_glob {
  void operator()(glob_t* matches) const noexcept { globfree(matches); }
};

/// A folder that does not exist holds no files; one that cannot be read is an
/// error.
int stop_unless_absent(const char* /*path*/, int reason) {
  return reason == ENOENT || reason == ENOTDIR ? 0 : 1;
}

/// The same for all names and links of a file.
std::string identity_of(const std::string& path) {
  struct stat about {};
  if (::stat(path.c_str(), &about) != 0)
    return {};
  return std::to_string(about.st_dev) + ':' + std::to_string(about.st_ino);
}

files_or_reason read_list_files(const fs::path& folder,
                                const std::string& pattern) {
  const std::string full = resolved(folder, pattern);
  glob_t matches{};
  const std::unique_ptr<glob_t, free_glob> owned{&matches};
  const int outcome = glob(full.c_str(), 0, stop_unless_absent, &matches);
  if (outcome == GLOB_NOMATCH) {
    if (full.find_first_of("*?[") != std::string::npos)
      return std::vector<config::list_file>{};
    return "no such file: " + full;
  }
  if (outcome != 0)
    return "cannot read the folder of " + full;

  std::vector<config::list_file> files;
  for (std::size_t i = 0; i < matches.gl_pathc; ++i) {
    const std::string path = matches.gl_pathv[i];
    auto text = read_file(path);
    files.push_back({path, text ? *text : "", text ? "" : text.error().message,
                     identity_of(path)});
  }
  return files;
}

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

/// @param path how the configuration is called
void check_state_file(configuration& of, const std::string& path) {
  const std::string& file = of.settings.state_file;
  if (file.empty())
    return;
  if (const auto why = trouble_of_state(file))
    of.warnings.insert(
        of.warnings.begin(),
        {path, 0, "/state_file", *why + ", so no state can be kept", true});
}

/// Whether both names lead to one file, be it there or not yet.
bool is_same_file(const std::string& a, const std::string& b) {
  const std::string identity = identity_of(a);
  return a == b || (!identity.empty() && identity == identity_of(b));
}

/// What a file may not be published over: name, and what that is.
using taken_name = std::pair<std::string, std::string>;

/// The files that the service reads, and those that it writes otherwise.
std::vector<taken_name> taken_names(const configuration& of) {
  const config::settings& settings = of.settings;
  std::vector<taken_name> taken{{of.texts.file, "the configuration"}};
  for (const auto& [pattern, files] : of.texts.lists) {
    for (const config::list_file& each : files)
      taken.emplace_back(each.path, "a list of " + in_quotes(pattern));
  }
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
published_clash(const configuration& of, std::size_t index,
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

/// The faults of published files that only the file system tells; a folder that
/// is not there is a warning.
/// @param path how the configuration is called
std::vector<problem> check_published(configuration& of,
                                     const std::string& path) {
  std::vector<problem> faults;
  const auto taken = taken_names(of);
  for (std::size_t i = 0; i < of.settings.publish.size(); ++i) {
    const std::string& file = of.settings.publish[i].file;
    const std::string pointer = "/publish/" + std::to_string(i) + "/file";
    if (const auto clash = published_clash(of, i, taken))
      faults.push_back({path, 0, pointer,
                        in_quotes(file) + " is, or would overwrite, " + *clash +
                            " (expected a file of its own)"});
    const fs::path folder = fs::path{file}.parent_path();
    if (is_folder_missing(folder))
      of.warnings.push_back({path, 0, pointer,
                             "there is no folder " +
                                 in_quotes(folder.string()) +
                                 ", so the file cannot be written",
                             true});
  }
  return faults;
}

/// What goes with the settings: absolute paths and the zone.
loaded_configuration complete(config::reading read,
                              config::source_texts texts) {
  const fs::path folder = fs::path{texts.file}.parent_path();
  configuration whole{std::move(read.settings), {},
                      std::move(read.warnings), std::move(read.lists),
                      std::move(read.places),   std::move(texts)};
  std::string& state_file = whole.settings.state_file;
  state_file = state_file_of(whole.texts.file, state_file);
  for (config::published_file& each : whole.settings.publish)
    each.file = resolved(folder, each.file);
  std::string& zone_file = whole.settings.resolver.zone_file;
  if (zone_file.empty())
    return whole;
  zone_file = resolved(folder, zone_file);
  auto zone = dns::zone::parse(whole.texts.zone.value_or(""));
  if (!zone)
    return std::vector<problem>{
        {zone_file, zone.error().offset, "", zone.error().message}};
  whole.zone = *std::move(zone);
  return whole;
}

} // namespace

loaded_configuration load_configuration(const std::string& path,
                                        const config::list_sizes& former) {
  auto text = read_file(path);
  if (!text)
    return std::vector<problem>{{path, 0, "", text.error().message}};

  config::source_texts texts{
      fs::absolute(path).string(), *std::move(text), {}, {}};
  const fs::path folder = fs::path{texts.file}.parent_path();
  auto parsed = config::parse_settings(
      texts.text, path,
      [&](const std::string& pattern) {
        auto files = read_list_files(folder, pattern);
        if (auto* const read =
                std::get_if<std::vector<config::list_file>>(&files))
          texts.lists[pattern] = *read;
        return files;
      },
      former);
  if (auto* problems = std::get_if<std::vector<problem>>(&parsed))
    return std::move(*problems);
  auto& read = std::get<config::reading>(parsed);

  const std::string& zone_file = read.settings.resolver.zone_file;
  if (!zone_file.empty()) {
    auto zone_text = read_file(resolved(folder, zone_file));
    if (!zone_text)
      return std::vector<problem>{
          {path, 0, "/resolver/zone_file", zone_text.error().message}};
    texts.zone = *std::move(zone_text);
  }
  auto whole = complete(std::move(read), std::move(texts));
  if (auto* const valid = std::get_if<configuration>(&whole)) {
    check_state_file(*valid, path);
    if (auto faults = check_published(*valid, path); !faults.empty())
      return faults;
  }
  return whole;
}

loaded_configuration load_configuration(config::source_texts texts,
                                        const config::list_sizes& former) {
  auto parsed = config::parse_settings(
      texts.text, texts.file,
      [&texts](const std::string& pattern) -> files_or_reason {
        const auto kept = texts.lists.find(pattern);
        if (kept == texts.lists.end())
          return "no file was kept of " + in_quotes(pattern);
        return kept->second;
      },
      former, json::unknown_keys::are_warnings);
  if (auto* problems = std::get_if<std::vector<problem>>(&parsed))
    return std::move(*problems);
  return complete(std::get<config::reading>(std::move(parsed)),
                  std::move(texts));
}

std::string state_file_of(const std::string& configuration,
                          const std::string& written) {
  return written.empty()
             ? std::string{}
             : resolved(fs::path{configuration}.parent_path(), written);
}

} // namespace spfblock::server
