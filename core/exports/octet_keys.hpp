// Which octet keys stand for a whole IPv4 table, exceptions by longer keys.
//
// smtpd(8) asks an indexed access(5) table for "192.0.2.1", "192.0.2", "192.0"
// and "192", in this order, and takes the first answer.  So a key answers for
// all addresses below it but those that a longer one answers for, and a network
// with holes is one key, and one more for each hole.
#pragma once

#include "core/net/ip_address.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

namespace spfblock::exports {

/// What is said of an address: the same number for the same text.
using text_number = std::uint32_t;

/// Of addresses that are not listed.
inline constexpr text_number not_listed = 0;

struct octet_key {
  std::uint32_t first = 0;       ///< lowest address; host bits zero
  unsigned length = 0;           ///< 8, 16, 24 or 32
  text_number says = not_listed; ///< an exception where it is not_listed

  friend bool operator==(const octet_key&, const octet_key&) = default;
};

/// An IPv4 network of the table.
struct octet_source {
  std::uint32_t first = 0; ///< lowest address; host bits zero
  unsigned length = 0;     ///< 0 to 32
  std::uint32_t index = 0; ///< by which `label_of` knows it
};

/// As few keys as there can be, by which each address is answered with the
/// number of the most specific network over it, or not at all.
///
/// Takes time in proportion to the networks, 256 steps each at most.
///
/// @param networks each once, in the order of ip_prefix
/// @param label_of what is said of the network of 8, 16, 24 or 32 bits at
///        `first`, or of each address in it, by the source of that index; not
///        not_listed
/// @param most how many keys there may be
/// @return the keys, a shorter one before those below it; nothing if there
///         would be more
[[nodiscard]] std::optional<std::vector<octet_key>> octet_keys(
    const std::vector<octet_source>& networks,
    const std::function<text_number(std::uint32_t index, std::uint32_t first,
                                    unsigned length)>& label_of,
    std::size_t most);

} // namespace spfblock::exports
