#include "server/commands/entry_edit.hpp"

#include "core/json/document.hpp"
#include "core/support/text.hpp"
#include "server/commands/configured.hpp"
#include "server/system/file.hpp"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <filesystem>
#include <fnmatch.h>
#include <iostream>
#include <set>

namespace spfblock::server {
namespace {

namespace fs = std::filesystem;

constexpr std::chrono::seconds longest_wait{30};
constexpr const char* file_of_new_entries = "added.json";
constexpr const char* wildcards = "*?[";

/// The folder that relative paths of a configuration start from.
fs::path folder_of(const std::string& configuration_file) {
  return fs::absolute(configuration_file).parent_path();
}

/// The file for new entries that a pattern takes; nothing if it takes none.
std::optional<std::string> file_of(const fs::path& folder,
                                   const std::string& pattern) {
  const fs::path full = (folder / pattern).lexically_normal();
  if (full.string().find_first_of(wildcards) == std::string::npos)
    return full.string();
  const bool names_folder =
      full.parent_path().string().find_first_of(wildcards) == std::string::npos;
  if (!names_folder ||
      ::fnmatch(full.filename().c_str(), file_of_new_entries, FNM_PERIOD) != 0)
    return std::nullopt;
  return (full.parent_path() / file_of_new_entries).string();
}

void say(const failure& why, const std::string& path, std::string_view text) {
  std::cerr << json::problem{path,
                             json::line_at(text, why.offset),
                             {},
                             why.message}
                   .to_string()
            << '\n';
}

/// What a symbolic link leads to in the end; of anything else the path.
std::string target_of(const std::string& path) {
  constexpr int most_links = 40;
  fs::path at = path;
  std::error_code error;
  for (int i = 0; i < most_links && fs::is_symlink(at, error); ++i)
    at = at.parent_path() / fs::read_symlink(at, error);
  return at.string();
}

/// The warnings that were not there before: lines may have moved.
void say_new(const std::vector<json::problem>& warnings,
             const std::vector<json::problem>& before) {
  for (const json::problem& each : warnings) {
    const bool is_known = std::any_of(
        before.begin(), before.end(), [&](const json::problem& other) {
          return other.file == each.file && other.message == each.message;
        });
    if (!is_known)
      std::cerr << each.to_string() << '\n';
  }
}

} // namespace

entry_edit::entry_edit(configuration before, folder_lock lock)
    : before_{std::move(before)},
      patterns_{config::entry_patterns(before_.texts.text)},
      lock_{std::move(lock)} {}

std::variant<entry_edit, exit_status>
entry_edit::begin(const std::string& configuration_file) {
  auto lock =
      folder_lock::take(folder_of(configuration_file).string(), longest_wait);
  if (!lock) {
    std::cerr << "spfblock: " << lock.error().message << '\n';
    return exit_status::unavailable;
  }
  auto loaded = load_checked(configuration_file);
  if (!loaded)
    return exit_status::config;
  return entry_edit{*std::move(loaded), *std::move(lock)};
}

const config::list_file* entry_edit::find(const std::string& path) const {
  for (const auto& [pattern, files] : before_.texts.lists) {
    for (const config::list_file& each : files) {
      if (each.path == path)
        return &each;
    }
  }
  return nullptr;
}

/// Nothing where it cannot be read, which was said.
std::optional<std::string> entry_edit::text_of(const std::string& path) const {
  if (const auto edited = changed_.find(path); edited != changed_.end())
    return edited->second;
  const config::list_file* const file = find(path);
  if (file == nullptr)
    return std::string{config::empty_entry_file};
  if (file->trouble.empty())
    return file->text;
  std::cerr << json::problem{path, 0, {}, file->trouble}.to_string() << '\n';
  return std::nullopt;
}

std::optional<std::string> entry_edit::file_for_new() const {
  const std::string& file = before_.texts.file;
  for (const std::string& each : patterns_) {
    if (auto found = file_of(folder_of(file), each))
      return found;
  }
  if (patterns_.empty())
    std::cerr << printable(file) << ": no file for entries is named: add the "
              << "line \"entry_files\": [\"conf.d/*.json\"],\n";
  else
    std::cerr << printable(file) << ": /entry_files: no pattern takes a file "
              << file_of_new_entries
              << " for new entries: add one, as \"conf.d/*.json\"\n";
  return std::nullopt;
}

std::optional<std::string> entry_edit::add(config::entry_list to,
                                           const config::new_entry& entry) {
  const auto path = file_for_new();
  const auto text = path ? text_of(*path) : std::nullopt;
  if (!text)
    return std::nullopt;
  auto edited = config::with_entry(*text, to, entry);
  if (!edited) {
    say(edited.error(), *path, *text);
    return std::nullopt;
  }
  changed_[*path] = *std::move(edited);
  return path;
}

std::optional<std::vector<std::string>>
entry_edit::remove(const dns::name& domain) {
  std::set<std::string> paths;
  for (const std::string& pattern : patterns_) {
    const auto found = before_.texts.lists.find(pattern);
    if (found == before_.texts.lists.end())
      continue;
    for (const config::list_file& each : found->second)
      paths.insert(each.path);
  }
  std::vector<std::string> edited_files;
  for (const std::string& path : paths) {
    const auto text = text_of(path);
    if (!text)
      return std::nullopt;
    auto edited = config::without_domain(*text, domain);
    if (!edited) {
      say(edited.error(), path, *text);
      return std::nullopt;
    }
    if (!*edited)
      continue;
    changed_[path] = **std::move(edited);
    edited_files.push_back(path);
  }
  return edited_files;
}

/// What the configuration is read from, with the edit.
config::source_texts entry_edit::edited_texts() const {
  config::source_texts texts = before_.texts;
  for (const auto& [path, text] : changed_) {
    bool is_new = true;
    const config::list_file* const former = find(path);
    for (auto& [pattern, files] : texts.lists) {
      for (config::list_file& each : files) {
        const bool is_same = former != nullptr && !former->identity.empty() &&
                             each.identity == former->identity;
        if (each.path == path || is_same) {
          each.text = text;
          is_new = false;
        }
      }
    }
    if (!is_new)
      continue;
    const auto takes = [&, path = path](const std::string& pattern) {
      return file_of(folder_of(texts.file), pattern) == path;
    };
    const auto pattern =
        std::find_if(patterns_.begin(), patterns_.end(), takes);
    texts.lists[*pattern].push_back({path, text});
  }
  return texts;
}

std::variant<configuration, exit_status> entry_edit::finish() {
  auto loaded = load_configuration(edited_texts());
  if (const auto* const faults =
          std::get_if<std::vector<json::problem>>(&loaded)) {
    for (const json::problem& each : *faults)
      std::cerr << each.to_string() << '\n';
    return exit_status::config;
  }
  auto& after = std::get<configuration>(loaded);
  say_new(after.warnings, before_.warnings);
  for (const auto& [path, text] : changed_) {
    if (const auto failed = write(path, text))
      return *failed;
  }
  lock_.reset();
  return std::move(after);
}

std::optional<exit_status> entry_edit::write(const std::string& path,
                                             const std::string& text) const {
  const std::string target = target_of(path);
  auto access = access_of(target);
  // Of another file of its kind, or else of the configuration.
  for (const std::string& pattern : patterns_) {
    const auto files = before_.texts.lists.find(pattern);
    if (access || files == before_.texts.lists.end() || files->second.empty())
      continue;
    access = access_of(files->second.front().path);
  }
  if (!access)
    access = access_of(before_.texts.file);
  const fs::path at = target;
  const std::string fresh =
      (at.parent_path() / ("." + at.filename().string() + ".new")).string();
  const auto why = replace_file(target, fresh, text, 0600, access);
  if (!why)
    return std::nullopt;
  std::cerr << "spfblock: " << why->message << '\n';
  return exit_status::unavailable;
}

} // namespace spfblock::server
