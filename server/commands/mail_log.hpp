// The mail log that a command reads.
#pragma once

#include "core/maillog/reader.hpp"

#include <optional>
#include <string>
#include <vector>

namespace spfblock::server {

/// Reads files of the mail log, in the order in which they are named, and tells
/// of each event.  A file may be compressed by gzip(1); "-" is stdin.  Without
/// any, the journal is read: what was logged as mail, and by rspamd.
/// @return nothing if one of them cannot be read, which was said on stderr
std::optional<maillog::line_counts>
read_mail_log(const std::vector<std::string>& files,
              const maillog::reader::receiver& to);

} // namespace spfblock::server
