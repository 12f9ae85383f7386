// Lines of a mail log become events.
#pragma once

#include "core/maillog/event.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace spfblock::maillog {

/// How many lines were read, and how many told something.
struct line_counts {
  std::uint64_t lines = 0;
  std::uint64_t events = 0;
};

/// Reads lines, one after the other, of syslog files of any form (log_line) and
/// of `journalctl -o json`.  Any octets, any length; lines that are not known
/// are counted, not told.
///
/// Not thread-safe.
class reader {
public:
  /// @param latest about when the log ends, for time stamps without a year
  explicit reader(std::chrono::sys_seconds latest) : latest_{latest} {}

  /// For each event; its texts are valid during the call.
  using receiver = std::function<void(const event&)>;

  /// Reads one line, without its end.
  void read(std::string_view line, const receiver& to);

  [[nodiscard]] const line_counts& counts() const noexcept { return counts_; }

private:
  void read_journal(std::string_view line, const receiver& to);

  std::chrono::sys_seconds latest_;
  line_counts counts_;
};

} // namespace spfblock::maillog
