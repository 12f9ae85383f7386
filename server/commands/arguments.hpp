// Arguments as they were typed, past a reading of CLI11's.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace spfblock::server {

// CLI11 takes a value in brackets or braces for a list, and the next argument
// for the value where nothing stands behind "--option=".  Here a value is a
// text like any other, an empty one too: a mark behind it keeps it as it is.

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
