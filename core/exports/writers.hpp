// One function a format.  What each holds, cannot say and leaves out:
// docs/export.md.
#pragma once

#include "core/exports/exported_table.hpp"
#include "core/exports/heading.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace spfblock::exports {

// Sets: the addresses whose action blocks, and no others. -------------------

/// A network a line, disjoint, ascending, as few as there can be.
[[nodiscard]] std::string plain(const exported_table& of,
                                const provenance& from);

/// Commands for `nft -f`: two sets, replaced as a whole by one transaction.
[[nodiscard]] std::string nftables(const exported_table& of,
                                   const provenance& from);

/// An ip4trie and an ip6trie for rbldnsd's type "combined", with the test
/// entries of RFC 5782 §5.
[[nodiscard]] std::string rbldnsd(const exported_table& of,
                                  const provenance& from);

/// A zone file with relative names for any origin, answering every address as
/// rbldnsd() does.
[[nodiscard]] std::string dnsbl_zone(const exported_table& of,
                                     const provenance& from);

// Tables: every network with its action. ------------------------------------

/// An object with every network, docs/export.md.
[[nodiscard]] std::string json(const exported_table& of,
                               const provenance& from);

/// Patterns that stand before the wider ones around them: Postfix takes the
/// first match.
[[nodiscard]] std::string cidr(const exported_table& of,
                               const provenance& from);

/// Keys as smtpd(8) looks them up: what inet_ntop(3) writes, shortened from the
/// right at each `.` or `:`.  IPv6 networks that no keys stand for exactly are
/// left out.
[[nodiscard]] std::string access(const exported_table& of,
                                 const provenance& from);

/// A constant data base, cdb(5), with keys of IPv4 networks as access() has
/// them, but as few as there can be: exceptions have longer keys.  Its first
/// record is the heading, under cdb_heading_key.
/// @throws std::bad_alloc
[[nodiscard]] std::string cdb(const exported_table& of, const provenance& from);

/// No name and no address of a client.
inline constexpr std::string_view cdb_heading_key = "#";

/// Octets: networks that would make it longer are left out.
inline constexpr std::size_t longest_cdb = std::size_t{256} << 20U;

} // namespace spfblock::exports
