// The terms of a finding as a text of the state.
#pragma once

#include "core/domains/finding.hpp"
#include "core/support/result.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace spfblock::domains {

/// One text for all terms: a million of them are read in a fraction of the time
/// that as many JSON arrays take.  A line each, the text of the term last,
/// since there may be anything in it:
///
///     RECORD SINCE[+KEPT_FOR] NETWORK... : TERM
[[nodiscard]] std::string to_lines(const std::vector<authorisation>& terms);

/// Reads what to_lines() wrote: adds the terms, and makes `pass` what they
/// authorise.
/// @param into has its records
/// @return errc::malformed, with what is wrong with the first such line
[[nodiscard]] std::optional<failure> read_terms(std::string_view lines,
                                                finding& into);

} // namespace spfblock::domains
