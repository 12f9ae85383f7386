#include "server/configuration.hpp"

#include "core/config/settings_parser.hpp"
#include "core/support/text.hpp"
#include "server/system/file.hpp"

#include <cerrno>
#include <filesystem>
#include <glob.h>
#include <memory>
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

/// Where there is no folder for the state, warns of it.
/// @param path how the configuration is called
void check_state_folder(configuration& of, const std::string& path) {
  const std::string& file = of.settings.state_file;
  const fs::path folder = fs::path{file}.parent_path();
  std::error_code error; // one that this user must not see is no news
  const auto type = fs::status(folder, error).type();
  if (!file.empty() && type != fs::file_type::directory &&
      type != fs::file_type::none)
    of.warnings.insert(of.warnings.begin(),
                       {path, 0, "/state_file",
                        "there is no folder " + in_quotes(folder.string()) +
                            ", so no state can be kept",
                        true});
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
  if (auto* const valid = std::get_if<configuration>(&whole))
    check_state_folder(*valid, path);
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
