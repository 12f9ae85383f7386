// Text for people, in lines that fit a terminal.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace spfblock {

/// What a terminal shows at least, and what all output for people keeps to
/// where no single word is longer.
inline constexpr std::size_t screen_width = 80;

/// Appends `head` and behind it `text`, broken at blanks where the screen ends,
/// with further lines indented by `indent` columns; ends with LF.
/// @param text safe for a terminal, without LF
void append_paragraph(std::string& out, std::string_view head,
                      std::string_view text, std::size_t indent);

/// The same, with further lines that begin with `margin`: "|  |    ".
void append_paragraph(std::string& out, std::string_view head,
                      std::string_view text, std::string_view margin);

} // namespace spfblock
