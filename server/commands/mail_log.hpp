// The mail log that a command reads.
#pragma once

#include "core/maillog/period.hpp"
#include "core/maillog/reader.hpp"
#include "server/commands/command_line.hpp"

#include <optional>
#include <string>
#include <vector>

namespace spfblock::server {

/// What all commands are told that read the mail log.
struct log_choice {
  bool as_json = false;
  maillog::period period{}; ///< what is of other times is left out
  /// Those of this machine's zone, where their times name none; "-" is stdin.
  std::vector<std::string> files;
  std::vector<std::string> utc_files; ///< those of UTC then

  /// Whether there are any; if not, the journal is read.
  [[nodiscard]] bool has_files() const noexcept {
    return !files.empty() || !utc_files.empty();
  }
};

/// Adds --since, --until, --json, --utc and the files to a command.
/// @param into outlives `to`
void offer_log_options(command_line& to, CLI::App& command, log_choice& into);

/// Reads the files of the mail log, and tells of each event.  A file may be
/// compressed by gzip(1); "-" is stdin, which is read once.  Without any, the
/// journal is read: what was logged as mail, and by rspamd.
///
/// Events of several files come in the order of their times, whatever the order
/// in which the files are named and whatever their zones; of the same second
/// first those of the file that is named first.  What a content filter says may
/// come two seconds early, so that it does not come behind the end of its mail
/// (maillog::mail_joiner). Of each file that has its turn one line is held; all
/// are opened before the first is read.
/// @return nothing if one of them cannot be read, which was said on stderr
std::optional<maillog::line_counts>
read_mail_log(const log_choice& choice, const maillog::reader::receiver& to);

} // namespace spfblock::server
