// The text of a master file, made ready for ldns.  Private to core/dns.
#pragma once

#include "core/support/failure.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace spfblock::dns {

/// A failure whose message and offset name the line.
[[nodiscard]] failure at_line(std::size_t line, std::string_view what);

/// Mends what ldns 1.8.3 does not read although it is right: a byte order mark,
/// and a class that stands before the TTL (RFC 1035 §5.1 allows both orders).
/// Lines stay where they are.
///
/// Finds what it reads past without a word, swallowing the lines that follow or
/// taking another value: quotes and parentheses that are not closed, characters
/// that it drops or takes for the end of a line even within quotes, TTLs over
/// 32 bits, directives that it does not know.
/// @return the first of those
[[nodiscard]] std::optional<failure> prepare_master_text(std::string& text);

} // namespace spfblock::dns
