// Reads the clocks for the core.
#pragma once

#include "core/support/timestamp.hpp"

namespace spfblock::server {

[[nodiscard]] inline timestamp read_clocks() {
  return {std::chrono::steady_clock::now(),
          std::chrono::floor<std::chrono::seconds>(
              std::chrono::system_clock::now())};
}

} // namespace spfblock::server
