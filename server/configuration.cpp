#include "server/configuration.hpp"

#include "core/config/settings_parser.hpp"
#include "server/system/file.hpp"

#include <cerrno>
#include <filesystem>
#include <glob.h>
#include <memory>
#include <utility>

namespace spfblock::server {
namespace {

using json::problem;
using files_or_reason =
    std::variant<std::vector<config::domain_file>, std::string>;

/// `path` as the configuration in `folder` means it.
std::string resolved(const std::filesystem::path& folder,
                     const std::string& path) {
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

files_or_reason read_domain_files(const std::filesystem::path& folder,
                                  const std::string& pattern) {
  const std::string full = resolved(folder, pattern);
  glob_t matches{};
  const std::unique_ptr<glob_t, free_glob> owned{&matches};
  const int outcome = glob(full.c_str(), 0, stop_unless_absent, &matches);
  if (outcome == GLOB_NOMATCH) {
    if (full.find_first_of("*?[") != std::string::npos)
      return std::vector<config::domain_file>{};
    return "no such file: " + full;
  }
  if (outcome != 0)
    return "cannot read the folder of " + full;

  std::vector<config::domain_file> files;
  for (std::size_t i = 0; i < matches.gl_pathc; ++i) {
    const std::string path = matches.gl_pathv[i];
    auto text = read_file(path);
    if (!text)
      return text.error().message;
    files.push_back({path, *std::move(text)});
  }
  return files;
}

} // namespace

std::variant<configuration, std::vector<problem>>
load_configuration(const std::string& path) {
  const auto text = read_file(path);
  if (!text)
    return std::vector<problem>{{path, 0, "", text.error().message}};

  const auto folder = std::filesystem::absolute(path).parent_path();
  auto parsed = config::parse_settings(
      *text, path, [&folder](const std::string& pattern) {
        return read_domain_files(folder, pattern);
      });
  if (auto* problems = std::get_if<std::vector<problem>>(&parsed))
    return std::move(*problems);

  configuration whole{std::get<config::settings>(std::move(parsed)), {}};
  if (std::string& state_file = whole.settings.state_file; !state_file.empty())
    state_file = resolved(folder, state_file);
  std::string& zone_file = whole.settings.resolver.zone_file;
  if (zone_file.empty())
    return whole;
  zone_file = resolved(folder, zone_file);
  const auto zone_text = read_file(zone_file);
  if (!zone_text)
    return std::vector<problem>{
        {path, 0, "/resolver/zone_file", zone_text.error().message}};
  auto zone = dns::zone::parse(*zone_text);
  if (!zone)
    return std::vector<problem>{
        {zone_file, zone.error().offset, "", zone.error().message}};
  whole.zone = *std::move(zone);
  return whole;
}

} // namespace spfblock::server
