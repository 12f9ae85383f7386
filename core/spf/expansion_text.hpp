// An expansion for people to read.
#pragma once

#include "core/spf/expansion.hpp"

#include <cstdint>
#include <string>

namespace spfblock::spf {

/// Whether text for people carries terminal colours (ECMA-48 SGR).
enum class colour : bool { off, on };

/// The include tree, a row a term: networks and addresses that it lists (or,
/// with a minus, cuts out), DNS terms and void lookups used on the way there;
/// below it why it was skipped or is in error, and the record it leads to.
/// Then the networks of the listing and how many addresses they hold.
///
/// Printable ASCII (and SGR sequences), lines ended by LF.  Fits 80 columns
/// unless a term does not.
[[nodiscard]] std::string to_text(const expansion& of,
                                  colour with_colour = colour::off);

} // namespace spfblock::spf
