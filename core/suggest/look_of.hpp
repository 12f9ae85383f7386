// A look at a name, from what an expansion and the domain book made of it.
#pragma once

#include "core/domains/allowance.hpp"
#include "core/domains/known_domain.hpp"
#include "core/spf/expansion.hpp"
#include "core/suggest/look.hpp"

namespace spfblock::suggest {

/// Includes that are told of a name, at most.
inline constexpr std::size_t most_includes = 64;

/// @param settled the name as the book has it, listed, once it took the
///        expansion in: what is allowed and over a limit is its business
[[nodiscard]] look look_of(const spf::expansion& result,
                           const domains::known_domain& settled,
                           const domains::allowance& allowed);

} // namespace spfblock::suggest
