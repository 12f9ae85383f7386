#include "core/exports/heading.hpp"

#include "core/support/calendar.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace spfblock::exports {

std::string heading(const provenance& from, const std::string& content,
                    const format_notes& notes) {
  std::string text;
  const auto append = [&](std::string_view line) {
    text.append(notes.comment_mark).append(" ").append(line).append("\n");
  };
  append(fmt::format("{}, by spfblock {} on {}", notes.title, from.version,
                     from.host));
  append(fmt::format("{}, {}{}", utc_text(from.at), content,
                     from.from_state_file ? ", from the state file" : ""));
  for (const std::string& each : notes.left_out)
    append(std::string{left_out_mark} + each);
  for (const std::string& each : notes.use)
    append("  " + each);
  return text;
}

std::string counted_networks(std::size_t ipv4, std::size_t ipv6) {
  return fmt::format("{} IPv4 and {} IPv6 networks", ipv4, ipv6);
}

std::vector<std::string> told_left_out(std::string_view text) {
  std::vector<std::string> left_out;
  while (text.starts_with('#') || text.starts_with(';')) {
    const std::string_view line = text.substr(0, text.find('\n'));
    const std::string_view said = line.substr(1);
    if (said.starts_with(' ') && said.substr(1).starts_with(left_out_mark))
      left_out.emplace_back(said.substr(1 + left_out_mark.size()));
    text.remove_prefix(std::min(text.size(), line.size() + 1));
  }
  return left_out;
}

} // namespace spfblock::exports
