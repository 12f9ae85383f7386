// A line of `journalctl -o json`.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace spfblock::maillog {

/// What an entry of the journal tells.
struct journal_entry {
  std::optional<std::chrono::sys_seconds> at; ///< in UTC
  std::string program;
  std::string text;
};

/// Reads an entry: SYSLOG_IDENTIFIER, MESSAGE (a text, or its octets as numbers
/// where it is no UTF-8) and __REALTIME_TIMESTAMP.
/// @return nothing if `line` is no such thing
[[nodiscard]] std::optional<journal_entry>
read_journal_entry(std::string_view line);

} // namespace spfblock::maillog
