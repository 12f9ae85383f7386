// The words and texts that lines of the state are made of: networks, times,
// numbers.
#pragma once

#include "core/net/ip_prefix.hpp"
#include "core/support/result.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace spfblock::domains {

/// Networks as words.
[[nodiscard]] std::string to_words(const std::vector<net::ip_prefix>& networks);

/// Takes the next word, and the blank after it, off `line`; the last one ends
/// with the line.
[[nodiscard]] std::string_view next_word(std::string_view& line);

/// Adds the networks that `line` consists of.
/// @return errc::malformed, for the first that is none
[[nodiscard]] std::optional<failure>
read_words(std::string_view line, std::vector<net::ip_prefix>& into);

/// A time as a word: seconds since 1970.
[[nodiscard]] long long to_word(std::chrono::sys_seconds time);

/// What to_word() gave; nothing for anything else.
[[nodiscard]] std::optional<std::chrono::sys_seconds>
time_from(std::string_view word);

/// Whether it is printable ASCII, as all texts of the state are.
[[nodiscard]] bool is_printable(std::string_view text);

} // namespace spfblock::domains
