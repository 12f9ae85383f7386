// What the refresh has done, counted.
#pragma once

#include "core/spf/expansion.hpp"
#include "core/support/histogram.hpp"

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>

namespace spfblock::server {

/// Belong to the thread that refreshes.
struct refresh_totals {
  /// Expansions that ended, by spf::outcome.
  std::array<std::uint64_t, 3> expansions{};
  /// Seconds to build a table; one for each that was published.
  histogram build_seconds{0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10};
  /// When the table that answers was published.
  std::optional<std::chrono::sys_seconds> published_at;
};

} // namespace spfblock::server
