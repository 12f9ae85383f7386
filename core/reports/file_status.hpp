// How a published file fares.
#pragma once

#include "core/json/field.hpp"
#include "core/json/writer.hpp"

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace spfblock::reports {

/// A file that the server publishes its table in.
struct file_status {
  std::string format; ///< as exports::format_names
  std::string file;   ///< its path; no control characters
  /// What it is made of: networks, keys, names; nothing while not even the
  /// former file is known.
  std::optional<std::size_t> entries{};
  std::vector<std::string> left_out{}; ///< what it cannot hold, and why
  /// Since when it says what it says.
  std::optional<std::chrono::sys_seconds> changed_at{};
  bool is_current = false; ///< it is known to say what the table says
  std::string trouble{};   ///< why it cannot be written; empty: it can; safe

  friend bool operator==(const file_status&, const file_status&) = default;
};

/// One line for people, without LF.
/// @param now for its age
[[nodiscard]] std::string to_text(const file_status& of,
                                  std::chrono::sys_seconds now);

void write(json::writer& to, const file_status& of,
           std::chrono::sys_seconds now);

/// Reads what write() wrote.
[[nodiscard]] const json::field_table<file_status>& file_fields();

} // namespace spfblock::reports
