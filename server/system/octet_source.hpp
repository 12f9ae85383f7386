// A file, plain or compressed, as its octets, piece by piece.
#pragma once

#include "core/support/failure.hpp"

#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace spfblock::server {

/// Is given pieces of a stream in order.
using octet_receiver = std::function<void(std::string_view)>;

/// Reads what is left of a descriptor, which stays open.  What gzip(1) wrote is
/// decompressed, all members of it; anything else is given as it is.
/// @param name what messages call it
/// @return errc::temporary if it cannot be read, or ends within what gzip
/// wrote:
///         what could be read was given
std::optional<failure> read_octets(int descriptor, const std::string& name,
                                   const octet_receiver& to);

} // namespace spfblock::server
