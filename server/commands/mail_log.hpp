// The mail log that a command reads.
#pragma once

#include "core/maillog/reader.hpp"
#include "server/commands/command_line.hpp"

#include <optional>
#include <string>
#include <vector>

namespace spfblock::server {

/// What all commands are told that read the mail log.
struct log_choice {
  bool as_json = false;
  std::vector<std::string> files; ///< as read_mail_log() takes them
};

/// Adds --json and the files to a command.
/// @param into outlives `to`
void offer_log_options(command_line& to, CLI::App& command, log_choice& into);

/// Reads files of the mail log, in the order in which they are named, and tells
/// of each event.  A file may be compressed by gzip(1); "-" is stdin.  Without
/// any, the journal is read: what was logged as mail, and by rspamd.
/// @return nothing if one of them cannot be read, which was said on stderr
std::optional<maillog::line_counts>
read_mail_log(const std::vector<std::string>& files,
              const maillog::reader::receiver& to);

} // namespace spfblock::server
