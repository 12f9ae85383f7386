// The senders that the DNS is asked about.
#pragma once

#include "core/dns/name.hpp"
#include "core/suggest/evidence.hpp"
#include "core/suggest/known_names.hpp"
#include "core/suggest/objection.hpp"

#include <cstddef>
#include <vector>

namespace spfblock::suggest {

struct suspects {
  std::vector<const sender*> senders{};
  /// Theirs, and those below that they sent in.  None twice.
  std::vector<dns::name> names{};
  /// Of those with bad marks that are not among them.
  objection_counts objections{};
};

/// Names of one sender that are looked at, at most.
inline constexpr std::size_t most_names_of_sender = 8;

/// Those with bad marks, the worst first; then those without, since their
/// record may name the hosts of the former, but nobody who was wanted.
/// @param most names, about: beyond them nobody is looked at
[[nodiscard]] suspects suspects_in(const evidence& all,
                                   const known_names& known, std::size_t most);

} // namespace spfblock::suggest
