// A check_host() for people.
#pragma once

#include "core/spf/check_host.hpp"

#include <string>

namespace spfblock::spf {

/// The steps, indented by depth, and what came of it.  At most 80 columns
/// unless a word is longer; ends with LF; safe for output.
[[nodiscard]] std::string to_text(const host_check& of, const envelope& about);

} // namespace spfblock::spf
