// The formats in which the table can leave for other programs
// (docs/export.md).
#pragma once

#include "core/exports/heading.hpp"
#include "core/table/snapshot.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace spfblock::exports {

enum class format : std::uint8_t {
  plain,      ///< the blocked addresses, a network a line
  json,       ///< every network with its listing and action
  cidr,       ///< cidr_table(5) of Postfix
  access,     ///< access(5) of Postfix, for an indexed table
  nftables,   ///< sets of blocked addresses, for nft(8)
  rbldnsd,    ///< a "combined" data set of rbldnsd(8)
  dnsbl_zone, ///< a DNSBL (RFC 5782) as a zone file (RFC 1035 §5)
};

/// As the command line names them, in the order of the enumeration.
inline constexpr std::array<std::string_view, 7> format_names{
    "plain", "json", "cidr", "access", "nftables", "rbldnsd", "dnsbl-zone"};

/// @return nothing for another name
[[nodiscard]] std::optional<format> format_named(std::string_view name);

/// The whole table in a format.  Takes time and memory in proportion to the
/// text, which the formats that split networks bound (pieces.hpp).
[[nodiscard]] std::string document(format as, const table::snapshot& of,
                                   const provenance& from);

} // namespace spfblock::exports
