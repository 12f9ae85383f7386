// One directive of a record: a qualifier, a mechanism and its arguments
// (RFC 7208 §4.6.1, §5, §12).
#pragma once

#include "core/spf/record.hpp"
#include "core/support/result.hpp"

#include <string_view>

namespace spfblock::spf {

/// Parses a term that is no modifier.
/// @return errc::malformed for an unknown mechanism and for arguments that
///         break the grammar; the offset is within `text`
/// @pre !text.empty()
[[nodiscard]] result<directive> parse_directive(std::string_view text);

} // namespace spfblock::spf
