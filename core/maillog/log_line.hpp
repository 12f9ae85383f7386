// A line of a log, taken apart: when, by which program, what.
#pragma once

#include <optional>
#include <string_view>

namespace spfblock::maillog {

/// The parts of a line; views into it.
struct log_line {
  std::string_view stamp;   ///< as read_time_stamp() reads it
  std::string_view program; ///< as "postfix/smtpd"
  std::string_view text;    ///< what the program wrote
};

/// Takes a line apart: a time stamp, a host, `PROGRAM[PID]:` and the text.
///
/// A priority may stand in front (`<22>`, RFC 3164) or, with FreeBSD's
/// `syslogd -v`, before the host (`<2.6>`, `<mail.info>`).  Read too: RFC 5424
/// as `syslogd -O rfc5424` writes it, and the files that rspamd and spamd write
/// themselves.
/// @return nothing if it is no such line
[[nodiscard]] std::optional<log_line>
take_apart(std::string_view line) noexcept;

/// The daemon of a program: "smtpd" of "postfix/smtpd", of
/// "postfix/submission/smtpd" and of "postfix-mx/smtpd"; any other as it is.
[[nodiscard]] std::string_view daemon_of(std::string_view program) noexcept;

} // namespace spfblock::maillog
