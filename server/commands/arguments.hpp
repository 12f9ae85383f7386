// Arguments as they were typed, past a reading of CLI11's.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace spfblock::server {

// CLI11 takes a value in brackets or braces for a list.  Here it is a text like
// any other: a mark behind the bracket keeps it in one piece.

/// The arguments as CLI11 wants them: marked, in reverse order, without the
/// name of the program.
[[nodiscard]] std::vector<std::string> marked(int argc,
                                              const char* const* argv);

/// As it was typed.
void unmark(std::string& value);
void unmark(std::optional<std::string>& value);
void unmark(std::vector<std::string>& values);

/// A text that tells of several values, as they were typed.
void unmark_within(std::string& text);

} // namespace spfblock::server
