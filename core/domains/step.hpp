// What a rule about time asks of the shell.
#pragma once

#include "core/support/timestamp.hpp"

#include <cstdint>

namespace spfblock::domains {

/// What the shell does next for a state machine that decides when.
struct step {
  enum class kind : std::uint8_t {
    nothing,
    act,  ///< what the machine is about: build, save
    wake, ///< call woken() at `at`
  };

  kind what = kind::nothing;
  moment at{}; ///< for kind::wake

  friend bool operator==(const step&, const step&) = default;
};

} // namespace spfblock::domains
