// Text to record (RFC 7208 §4.5, §4.6, §12).
#pragma once

#include "core/spf/record.hpp"

#include <string>
#include <string_view>

namespace spfblock::spf {

/// Whether a TXT record is an SPF record: "v=spf1" in any case, followed by a
/// space or the end (RFC 7208 §4.5).
[[nodiscard]] bool is_spf_record(std::string_view text) noexcept;

/// Parses a record.  Terms are separated by one or more spaces (0x20 only).
/// Never fails as a whole: each term that breaks the grammar of RFC 7208 §12,
/// a second redirect= and a second exp= (§6) carry their failure.  Of those,
/// and of modifiers that mean nothing, the first record::most_idle are kept.
/// Complexity: linear in the text.
/// @pre is_spf_record(text)
[[nodiscard]] record parse_record(std::string_view text);

/// The record in a canonical spelling, for tests and people: printable ASCII,
/// lower-case keywords, one space, directives as their to_string() writes them
/// (core/spf/record.hpp), terms in error as `<error: ...>`.
/// Without such terms it parses to the same terms again.
/// @pre `parsed` comes from parse_record()
[[nodiscard]] std::string to_string(const record& parsed);

} // namespace spfblock::spf
