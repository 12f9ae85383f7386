// The catalogue as files that others read.
#pragma once

#include "core/log/kind.hpp"

#include <string>

namespace spfblock::log {

/// docs/log-events.md: every event for the operator.
[[nodiscard]] std::string catalogue_as_markdown();

/// Rules for logcheck(8): a POSIX extended regular expression a line, for every
/// event of severity notice and below, as syslog and the journal show it.
/// Warnings and errors are reported, since no rule knows them.
[[nodiscard]] std::string catalogue_as_logcheck_rules();

/// A line as the program writes it, with the examples of the fields.
/// @param rarest `always`: with the fields only that are in every line
[[nodiscard]] std::string example_line(const entry& of, presence rarest);

} // namespace spfblock::log
