#include "server/configuration.hpp"

#include "core/config/settings_parser.hpp"
#include "core/json/document.hpp"
#include "core/support/text.hpp"
#include "server/surroundings.hpp"
#include "server/system/file.hpp"

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <glob.h>
#include <memory>
#include <optional>
#include <system_error>
#include <utility>

namespace spfblock::server {
namespace {

namespace fs = std::filesystem;
using json::problem;
using files_or_reason =
    std::variant<std::vector<config::list_file>, std::string>;

struct free_glob {
  void operator()(glob_t* matches) const noexcept { globfree(matches); }
};

/// A folder that does not exist holds no files; one that cannot be read is an
/// error.
int stop_unless_absent(const char* /*path*/, int reason) {
  return reason == ENOENT || reason == ENOTDIR ? 0 : 1;
}

/// Whether it ends, and what it says is one text.
bool may_be_list(const std::string& path) {
  std::error_code error; // read_file() says it better
  const auto type = fs::status(path, error).type();
  return type == fs::file_type::regular || type == fs::file_type::directory ||
         !fs::exists(fs::file_status{type});
}

config::list_file read_list(const std::string& path, reading& by) {
  by.waits_for(path);
  std::string identity = identity_of(path);
  auto text = may_be_list(path)
                  ? read_file(path, longest_file, &by)
                  : result<std::string>{failure{
                        errc::malformed, "is no regular file, and not read"}};
  return {path, text ? *text : "", text ? "" : text.error().message,
          std::move(identity)};
}

files_or_reason read_list_files(const fs::path& folder,
                                const std::string& pattern, reading& by) {
  const std::string full = resolved(folder, pattern);
  by.waits_for(full);
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
  for (std::size_t i = 0; i < matches.gl_pathc; ++i)
    files.push_back(read_list(matches.gl_pathv[i], by));
  return files;
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

loaded_configuration load(const std::string& path,
                          const config::list_sizes& former, reading& by) {
  auto text = read_file(path, longest_file, &by);
  if (!text)
    return std::vector<problem>{{path, 0, "", text.error().message}};

  config::source_texts texts{
      fs::absolute(path).string(), *std::move(text), {}, {}};
  const fs::path folder = fs::path{texts.file}.parent_path();
  auto parsed = config::parse_settings(
      texts.text, path,
      [&](const std::string& pattern) {
        auto files = read_list_files(folder, pattern, by);
        by.works();
        if (auto* const read =
                std::get_if<std::vector<config::list_file>>(&files))
          texts.lists[pattern] = *read;
        return files;
      },
      former);
  if (auto* problems = std::get_if<std::vector<problem>>(&parsed))
    return std::move(*problems);
  auto& read = std::get<config::reading>(parsed);

  constexpr const char* zone_pointer = "/resolver/zone_file";
  const std::string& zone_file = read.settings.resolver.zone_file;
  if (!zone_file.empty()) {
    auto zone_text = read_file(resolved(folder, zone_file), longest_file, &by);
    if (!zone_text)
      return std::vector<problem>{{path,
                                   json::line_of(texts.text, zone_pointer),
                                   zone_pointer, zone_text.error().message}};
    texts.zone = *std::move(zone_text);
  }
  auto whole = complete(std::move(read), std::move(texts));
  if (auto* const valid = std::get_if<configuration>(&whole)) {
    auto found = check_surroundings(valid->settings, valid->texts, path, by);
    const auto warnings = std::stable_partition(
        found.begin(), found.end(),
        [](const problem& each) { return !each.is_warning; });
    if (warnings != found.begin())
      return found;
    valid->warnings.insert(valid->warnings.begin(), found.begin(), found.end());
  }
  return whole;
}

} // namespace

loaded_configuration load_configuration(const std::string& path,
                                        const config::list_sizes& former,
                                        reading* by) {
  reading nobody;
  return load(path, former, by != nullptr ? *by : nobody);
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
