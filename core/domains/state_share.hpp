// Who has room in the state file.
#pragma once

#include "core/dns/name.hpp"
#include "core/domains/domain_book.hpp"
#include "core/domains/state.hpp"
#include "core/support/timestamp.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace spfblock::domains {

/// How many octets to_json() takes for a domain, at most.  O(n).
[[nodiscard]] std::size_t longest_text_of(const domain_state& of);

/// Makes a state fit in a file: leaves out what was found good of the domain
/// that takes most of it, then of the next one, until to_json() of the rest is
/// within `longest` octets.  So nobody's state keeps the others' from being
/// saved.
/// @return whose was left out, the largest first
[[nodiscard]] std::vector<dns::name> fit(state& all, std::size_t longest);

/// A state as it is saved.
struct saved_text {
  std::string text;
  std::vector<dns::name> left_out; ///< by fit()
};

/// What survives a restart of what the book knows, within `longest` octets.
[[nodiscard]] saved_text text_of_state(const domain_book& of, timestamp now,
                                       std::size_t longest);

} // namespace spfblock::domains
