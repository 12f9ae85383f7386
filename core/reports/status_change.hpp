// What became of the listings between two looks at them.
#pragma once

#include "core/reports/status.hpp"

#include <string>

namespace spfblock::reports {

/// For people: which domains came, went, or list or allow something else now,
/// a paragraph each, in the order of `after` and then those that are gone:
///
///     spam.example lists 3 networks, 1024 IPv4 addresses
///
/// Empty if nothing changed.  Ends with LF.
[[nodiscard]] std::string change_text(const status_report& before,
                                      const status_report& after);

} // namespace spfblock::reports
