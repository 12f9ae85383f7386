// The catalogue of events: everything that the log can say.
#pragma once

#include "core/log/domain_events.hpp"
#include "core/log/service_events.hpp"

#include <array>
#include <cstdlib>
#include <span>
#include <string_view>

namespace spfblock::log {

/// The entries about one thing.
struct chapter {
  std::string_view title;
  std::span<const entry> entries;
};

inline constexpr std::array catalogue{
    chapter{"Start, reload, stop", start_events},
    chapter{"Lookups", lookup_events},
    chapter{"Domains", domain_events},
    chapter{"The state file", state_events},
    chapter{"Published files", file_events},
};

/// The entry of a kind; at compile time only, where a missing one is an error.
[[nodiscard]] constexpr const entry& entry_of(kind wanted) {
  for (const chapter& part : catalogue) {
    for (const entry& each : part.entries) {
      if (each.kind == wanted)
        return each;
    }
  }
  std::abort(); // not constexpr
}

} // namespace spfblock::log
