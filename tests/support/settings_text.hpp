// Configurations as texts, and what the parser makes of them.
#pragma once

#include "core/config/settings_parser.hpp"
#include "tests/support/catch.hpp"

#include <fmt/format.h>

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace spfblock::testing {

using found_files = std::variant<std::vector<config::list_file>, std::string>;

/// A file system of patterns.
struct fake_files {
  std::map<std::string, found_files> patterns;

  found_files operator()(const std::string& pattern) const {
    const auto found = patterns.find(pattern);
    return found == patterns.end() ? found_files{"no such file"}
                                   : found->second;
  }
};

/// The configuration `text`, called t.json.
inline std::variant<config::reading, std::vector<json::problem>>
parse(std::string_view text, const fake_files& files = {}) {
  return config::parse_settings(text, "t.json", files);
}

inline std::string lines_of(const std::vector<json::problem>& problems) {
  std::string lines;
  for (const auto& one : problems)
    lines += one.to_string() + "\n";
  return lines;
}

/// What is wrong, a fault a line; "none" if it is valid.
inline std::string faults_of(std::string_view text,
                             const fake_files& files = {}) {
  const auto result = parse(text, files);
  const auto* const problems = std::get_if<std::vector<json::problem>>(&result);
  return problems == nullptr ? "none\n" : lines_of(*problems);
}

/// What is odd about a text that must be valid, a warning a line.
inline std::string warnings_of(std::string_view text,
                               const fake_files& files = {}) {
  const auto result = parse(text, files);
  if (const auto* const bad = std::get_if<std::vector<json::problem>>(&result))
    FAIL(lines_of(*bad));
  return lines_of(std::get<config::reading>(result).warnings);
}

/// The settings of a text that must be valid.
inline config::settings read_settings(std::string_view text,
                                      const fake_files& files = {}) {
  auto result = parse(text, files);
  if (const auto* const bad = std::get_if<std::vector<json::problem>>(&result))
    FAIL(lines_of(*bad));
  return std::get<config::reading>(std::move(result)).settings;
}

/// A text with one setting, given as "name" or "section/name".
inline std::string text_with(const std::string& path,
                             const std::string& value) {
  const auto slash = path.rfind('/');
  if (slash == std::string::npos)
    return fmt::format(R"({{"domains":[],"{}":{}}})", path, value);
  return text_with(
      path.substr(0, slash),
      fmt::format(R"({{"{}":{}}})", path.substr(slash + 1), value));
}

inline dns::name name_of(std::string_view text) {
  return *dns::name::from_text(text);
}

inline net::ip_prefix network_of(std::string_view text) {
  return *net::ip_prefix::parse(text);
}

} // namespace spfblock::testing
