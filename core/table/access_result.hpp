// What Postfix's smtpd takes for the result of an access(5) table.
#pragma once

#include "core/support/result.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace spfblock::table {

/// Longest text accepted, in octets: short enough for an SMTP reply line.
inline constexpr std::size_t longest_access_result = 400;

/// Holds `text` against the rules of Postfix's smtpd (check_table_result() in
/// its smtpd_check.c): what that warns of, ignores or takes for something else
/// is refused.
///
/// Valid UTF-8 without control characters, at most `longest_access_result`.
/// Its first word is one of OK, REJECT, DEFER, DEFER_IF_REJECT,
/// DEFER_IF_PERMIT, WARN, HOLD, DISCARD, INFO, PREPEND, REDIRECT, FILTER, BCC,
/// DUNNO in any case; or 4NN or 5NN, with a text behind it (Postfix reads a
/// bare number as OK); or it is one of `restriction_classes`, exactly and
/// alone.  PREPEND needs a header, as is_header(3) of Postfix sees one,
/// REDIRECT and BCC an `@`, FILTER a `:`; a placeholder does not provide them.
/// A text behind any other word is free.  Only a blank ends a word.
///
/// A wrong word would make Postfix answer 451 to every listed client and
/// mail the postmaster each time, hence the rigour.
///
/// @return nothing, or errc::malformed; the message ends with what was
///         expected, in parentheses; the offset is that of the offending octet
///         or word
[[nodiscard]] std::optional<failure>
check_access_result(std::string_view text,
                    const std::vector<std::string>& restriction_classes);

/// Whether `text` is a word that Postfix takes for an action, in any case: one
/// of those above, or RELAY or HANGUP, which access(5) does not describe.
[[nodiscard]] bool is_access_word(std::string_view text) noexcept;

/// Whether Postfix takes no mail from a client with this result, whatever else
/// is configured: REJECT, DEFER, DEFER_IF_PERMIT, DISCARD, 4NN and 5NN.
/// @pre check_access_result() finds nothing
[[nodiscard]] bool blocks_mail(std::string_view text) noexcept;

/// Whether Postfix takes the mail with this result, whatever stands behind in
/// the same list: OK, RELAY.
[[nodiscard]] bool lets_in_mail(std::string_view text) noexcept;

} // namespace spfblock::table
