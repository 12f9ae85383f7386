// What of a known domain outlives the process.
#pragma once

#include "core/domains/known_domain.hpp"
#include "core/domains/state.hpp"
#include "core/support/timestamp.hpp"

#include <chrono>

namespace spfblock::domains {

/// What is kept of it.
[[nodiscard]] domain_state remembered(const known_domain& of, timestamp now);

/// Makes a domain of which nothing is known the one that was kept: ages count
/// on.
/// @param longest nothing is kept longer
void recall(domain_state kept, std::chrono::seconds longest, timestamp now,
            known_domain& into);

} // namespace spfblock::domains
