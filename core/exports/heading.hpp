// The comment that each exported text starts with.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace spfblock::exports {

/// Where an exported table comes from.
struct provenance {
  std::string version; ///< of spfblock
  std::string host;    ///< its name; safe for output
  std::chrono::sys_seconds at{};
  /// Whether no server was asked, but its state file was read.
  bool from_state_file = false;
};

/// What a heading says of its own format.
struct format_notes {
  std::string_view comment_mark;     ///< "#"
  std::string_view title;            ///< "cidr_table(5) for Postfix"
  std::vector<std::string> left_out; ///< what, and why; usually nothing
  std::vector<std::string> use;      ///< lines that show how to use the text
};

/// What each line of a heading starts with that tells what the text lacks,
/// behind the comment mark and a blank.
inline constexpr std::string_view left_out_mark = "left out: ";

/// Comment lines: what this is, from when and where, how much, what is left
/// out, how to use it.
[[nodiscard]] std::string heading(const provenance& from,
                                  const std::string& content,
                                  const format_notes& notes);

/// "1 IPv4 and 2 IPv6 networks"
[[nodiscard]] std::string counted_networks(std::size_t ipv4, std::size_t ipv6);

/// What a heading says is left out, a line each, without marks.  Any text may
/// be given; one that starts with no comment says nothing.
[[nodiscard]] std::vector<std::string> told_left_out(std::string_view text);

} // namespace spfblock::exports
