// How a reply's body is written: as it is, or compressed.
#pragma once

#include <cstdint>
#include <string_view>

namespace spfblock::server {

/// A content coding of RFC 9110 §8.4.1.
enum class content_coding : std::uint8_t { identity, gzip };

/// What a client likes best of the two, by its field Accept-Encoding (RFC 9110
/// §12.5.3); several of them as one, between commas.  An element that is none
/// is passed over.  Who accepts neither gets identity, as if he had not said
/// so; of equal weight is gzip.
[[nodiscard]] content_coding preferred_coding(std::string_view accept);

} // namespace spfblock::server
