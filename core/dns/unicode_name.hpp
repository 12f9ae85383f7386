// Domain names as people and mail may write them: with U-labels (RFC 5890
// §2.3.2.1).
#pragma once

#include "core/dns/name.hpp"
#include "core/support/result.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace spfblock::dns {

/// Octets of a text in Unicode that is looked at: a name of 255 octets in
/// A-labels has 900 at most, unless it is written to be long.
inline constexpr std::size_t longest_unicode_name = 1024;

/// What a name in ASCII is of: what a label has whose characters were mapped
/// (UTS #46, UseSTD3ASCIIRules), the underscore, which names of SPF records
/// have, and the dot.
[[nodiscard]] bool is_name_character(char c) noexcept;

/// `text` with its U-labels as A-labels ("xn--..."), which is what the DNS and
/// SPF records have of them (RFC 7208 §4.3, RFC 8616 §4).  Upper case, wide
/// forms and other dots are mapped as Postfix does it (UTS #46,
/// non-transitional).
///
/// Text in ASCII comes back as it is, whatever it is; what comes back otherwise
/// is letters, digits, hyphens, underscores and dots, and may still be no
/// domain name, for the dots.  The same for any locale.
/// @return errc::malformed for what is not in ASCII and has no such form: no
///         UTF-8, characters that no label may have, labels or a name that are
///         too long, over `longest_unicode_name` octets
[[nodiscard]] result<std::string> ascii_form(std::string_view text);

/// What name::from_text() makes of the ASCII form.
/// @return errc::malformed as both
[[nodiscard]] result<name> name_from_unicode(std::string_view text);

} // namespace spfblock::dns
