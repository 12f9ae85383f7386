// The hits of one listing as a document.
#pragma once

#include "core/hits/hit_series.hpp"

#include <chrono>
#include <string>

namespace spfblock::hits {

/// The document of `/hits`; ends with LF.  docs/status-json.md
/// @param listing empty: in all
/// @param of null: none are kept
[[nodiscard]] std::string hits_json(const std::string& listing,
                                    const hit_series* of,
                                    std::chrono::sys_seconds now);

} // namespace spfblock::hits
