// The time stamps of log lines.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace spfblock::maillog {

/// Reads a time stamp that fills `text`:
///
///     Apr  4 04:38:12, Apr 04 04:38:12.123456      rsyslog, FreeBSD,
///     journalctl
///                                                  -o short, Postfix
///     2016-04-04T04:38:12.123456+02:00, ...+0200   RFC 3339, -o short-iso
///     2016-04-04 04:38:12                          rspamd's own file
///     Mon Apr  4 04:38:12 2016                     spamd's own file
///
/// as it is written: no zone is converted into another, so that the line is
/// found again, and fractions of a second are left out.
/// @param latest where no year is written: the time is the last such one that
///        is at most a day after this
/// @return nothing if it is no such thing
[[nodiscard]] std::optional<std::chrono::sys_seconds>
read_time_stamp(std::string_view text,
                std::chrono::sys_seconds latest) noexcept;

/// How far the zone that a time stamp names is east of UTC.
/// @param text as read_time_stamp() reads it
/// @return nothing if it names none
[[nodiscard]] std::optional<std::chrono::minutes>
zone_of_time_stamp(std::string_view text) noexcept;

/// How many octets at the front of `line` are a time stamp of one of these
/// forms; 0 if none.  Looks at the shape, not at the numbers.
[[nodiscard]] std::size_t time_stamp_size(std::string_view line) noexcept;

/// "2016-04-04 04:38:12": such a time, without a word about its zone.
[[nodiscard]] std::string log_time_text(std::chrono::sys_seconds at);

} // namespace spfblock::maillog
