// An entry that a command is asked to add.
#pragma once

#include "core/config/entry_file_edit.hpp"
#include "core/dns/name.hpp"
#include "server/commands/command_line.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace spfblock::server {

/// What the entries that a command adds have beside their name.
struct entry_options {
  std::optional<std::string> until; ///< as it was typed: a day, YYYY-MM-DD
  std::string comment;
};

/// Adds --until and --comment to a command.
/// @param into outlives `to`
void offer_entry_options(command_line& to, CLI::App& command,
                         entry_options& into);

/// What the options say; without a name yet.
/// @param today entries end at the beginning of a later day
/// @return nothing if the day is none, or is over, which was said on stderr
[[nodiscard]] std::optional<config::new_entry>
read_options(const entry_options& options, std::chrono::sys_days today);

/// Reads domains as the configuration does; each once.
/// @return nothing if one is no domain, which was said on stderr
[[nodiscard]] std::optional<std::vector<dns::name>>
read_domains(const std::vector<std::string>& texts);

/// What of an entry that stands there already is not what is wanted.
struct entry_difference {
  void compare_action(const std::string& is, const std::string& wanted);
  void compare_until(const std::optional<std::chrono::sys_days>& is,
                     const std::optional<std::chrono::sys_days>& wanted);
  /// @param wanted empty: any
  void compare_comment(const std::string& is, const std::string& wanted);

  /// Says where it stands, and how it differs if it does.
  /// @param what as in "a.example is listed"; safe
  /// @return whether it is as wanted
  [[nodiscard]] bool tell(const std::string& what,
                          const std::string& place) const;

private:
  std::vector<std::string> found_;
};

} // namespace spfblock::server
