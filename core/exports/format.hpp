// The formats in which the table can leave for other programs
// (docs/export.md).
#pragma once

#include "core/exports/heading.hpp"
#include "core/table/snapshot.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace spfblock::exports {

enum class format : std::uint8_t {
  plain,      ///< the blocked addresses, a network a line
  json,       ///< every network with its listing and action
  cidr,       ///< cidr_table(5) of Postfix
  access,     ///< access(5) of Postfix, for an indexed table
  nftables,   ///< sets of blocked addresses, for nft(8)
  rbldnsd,    ///< a "combined" data set of rbldnsd(8)
  dnsbl_zone, ///< a DNSBL (RFC 5782) as a zone file (RFC 1035 §5)
  cdb,        ///< a cdb(5) file with keys of access(5)
};

/// As the command line names them, in the order of the enumeration.
inline constexpr std::array<std::string_view, 8> format_names{
    "plain",    "json",    "cidr",       "access",
    "nftables", "rbldnsd", "dnsbl-zone", "cdb"};

/// @return nothing for another name
[[nodiscard]] std::optional<format> format_named(std::string_view name);

/// As the command line names it.
[[nodiscard]] std::string_view text_of(format as);

/// The whole table in a format: text, but for `cdb`.  Takes time and memory in
/// proportion to it, which the formats that split networks bound (pieces.hpp).
/// @throws std::bad_alloc
[[nodiscard]] std::string document(format as, const table::snapshot& of,
                                   const provenance& from);

/// What a document says of itself.
struct contents {
  std::size_t entries = 0; ///< networks, keys, names: what it is made of
  std::vector<std::string> left_out; ///< what, and why; usually nothing
};

/// Any octets may be given; those that are no such document say nothing.
[[nodiscard]] contents contents_of(format as, std::string_view document);

} // namespace spfblock::exports
