// Which domains are suggested, and why others are not (docs/mail-log.md).
#pragma once

#include "core/dns/name.hpp"
#include "core/net/address_set.hpp"
#include "core/suggest/evidence.hpp"
#include "core/suggest/known_names.hpp"
#include "core/suggest/look.hpp"
#include "core/suggest/suggestion.hpp"
#include "core/suggest/suspects.hpp"

#include <string>
#include <unordered_map>
#include <vector>

namespace spfblock::suggest {

/// A listing, as it is now.
struct listed_networks {
  std::string name; ///< safe for output
  net::address_set addresses;
};

using looks_by_name = std::unordered_map<dns::name, look>;

/// A sender is suggested if, by its record as it is now, hosts that sent in its
/// name pass; mail in its name from there was bad, or mail in another's name
/// from its networks was; and hardly any from there was wanted.  What is
/// suggested is the registrable domain if its record passes those hosts, too;
/// else the names below it whose record does.
/// @param looks at all names of the suspects
[[nodiscard]] judgement judge(const suspects& whom, const looks_by_name& looks,
                              const evidence& all,
                              const std::vector<listed_networks>& listed);

/// The includes that might be suggested in the place of who shares them: two
/// suggestions have them, and nobody has who was looked at and is not
/// suggested.
[[nodiscard]] std::vector<dns::name> shared_includes(const judgement& of,
                                                     const suspects& whom,
                                                     const looks_by_name& looks,
                                                     const known_names& known);

/// Adds those of these includes to which nothing objects.
void add_includes(const looks_by_name& includes, const evidence& all,
                  const std::vector<listed_networks>& listed, judgement& to);

} // namespace spfblock::suggest
