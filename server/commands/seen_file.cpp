#include "server/commands/seen_file.hpp"

#include "core/support/text.hpp"
#include "server/system/file.hpp"
#include "server/system/folder_lock.hpp"

#include <chrono>
#include <filesystem>
#include <iostream>
#include <unistd.h>

namespace spfblock::server {
namespace {

namespace fs = std::filesystem;

constexpr std::chrono::seconds longest_wait{30};
/// It tells who writes to us.
constexpr mode_t mode_of_new = 0640;

exit_status complain(const std::string& why) {
  std::cerr << "spfblock: " << why << '\n';
  return exit_status::unavailable;
}

/// Of the file itself, or, for one that root makes, of another one.
std::optional<file_access> access_for(const std::string& path,
                                      const std::string& like) {
  auto access = access_of(path);
  if (access || ::geteuid() != 0)
    return access;
  return access_of(like);
}

} // namespace

std::variant<seen_file, exit_status> seen_file::read(std::string path) {
  std::error_code error;
  const fs::path real = fs::weakly_canonical(fs::absolute(path), error);
  auto text = read_file_if_any(path);
  if (!text)
    return complain(text.error().message);
  seen_file made{error ? std::move(path) : real.string(), *std::move(text)};
  if (!made.text_)
    return made;
  json::problem_list problems{made.path_};
  made.networks_ = config::read_seen_list(*made.text_, problems);
  for (const json::problem& each : problems.in_order())
    std::cerr << each.to_string() << '\n';
  if (problems.size() != 0)
    return exit_status::config;
  return made;
}

std::optional<exit_status>
seen_file::replace(const std::vector<config::seen_network>& by,
                   const std::string& like) const {
  const fs::path at = path_;
  const std::string folder = at.parent_path().string();
  const auto lock = folder_lock::take(folder, longest_wait);
  if (!lock)
    return complain(lock.error().message);
  const auto now = read_file_if_any(path_);
  if (!now)
    return complain(now.error().message);
  if (*now != text_)
    return complain(in_quotes(path_) +
                    " was changed meanwhile and is left as it is: run again");
  const std::string fresh =
      (at.parent_path() / ("." + at.filename().string() + ".new")).string();
  const auto why = replace_file(path_, fresh, config::to_json(by), mode_of_new,
                                access_for(path_, like));
  if (why)
    return complain(why->message);
  return std::nullopt;
}

} // namespace spfblock::server
