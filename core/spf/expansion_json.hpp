// Expansions for programs to read.
#pragma once

#include "core/spf/expansion.hpp"

#include <string>
#include <vector>

namespace spfblock::spf {

/// The JSON document of `spfblock expand --json`; its schema is
/// docs/expand-json.md.  Ends with LF.
[[nodiscard]] std::string to_json(const std::vector<expansion>& expansions);

} // namespace spfblock::spf
