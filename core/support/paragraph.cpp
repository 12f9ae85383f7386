#include "core/support/paragraph.hpp"

#include <algorithm>

namespace spfblock {
namespace {

/// Where the line that begins `text` ends: at the last blank within `room`, or
/// at the first one if a word does not fit.
std::size_t line_end(std::string_view text, std::size_t room) {
  if (text.size() <= room)
    return text.size();
  const auto last = text.rfind(' ', room);
  if (last != std::string_view::npos && last != 0)
    return last;
  return std::min(text.find(' ', 1), text.size());
}

} // namespace

void append_paragraph(std::string& out, std::string_view head,
                      std::string_view text, std::size_t indent) {
  append_paragraph(out, head, text, std::string(indent, ' '));
}

void append_paragraph(std::string& out, std::string_view head,
                      std::string_view text, std::string_view margin) {
  out += head;
  std::size_t column = head.size();
  for (;;) {
    const std::size_t room = screen_width - std::min(screen_width, column);
    const std::size_t end = line_end(text, room);
    out += text.substr(0, end);
    out += '\n';
    text.remove_prefix(std::min(end + 1, text.size()));
    if (text.empty())
      return;
    out += margin;
    column = margin.size();
  }
}

} // namespace spfblock
