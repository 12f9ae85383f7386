// Where in the address space a table lists anybody, and where it never does.
#pragma once

#include "core/net/address_set.hpp"
#include "core/net/ip_prefix.hpp"
#include "core/net/range_set.hpp"
#include "core/support/result.hpp"
#include "core/table/snapshot.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace spfblock::page {

/// The addresses that a table answers for, whatever the action, and those that
/// are never listed.
///
/// Regular value type.  Thread safety: immutable.
class address_map {
public:
  /// A /32 of IPv6, or a wider network that is listed, and how much of it is.
  struct ipv6_row {
    net::ip_prefix network;
    std::size_t networks = 0; ///< that the table has in it

    friend bool operator==(const ipv6_row&, const ipv6_row&) = default;
  };

  address_map() = default;

  /// Linear in the networks of the table.
  /// @param never what is allowed
  explicit address_map(const table::snapshot& of,
                       const net::address_set& never = {});

  /// How many addresses are listed in each of the equal parts of an IPv4
  /// network, in the order of their addresses.
  /// @param bits that a part is longer than `within`, 0 to 16
  /// @pre within is of IPv4, within.length() + bits <= 32
  [[nodiscard]] std::vector<std::uint64_t> cells(const net::ip_prefix& within,
                                                 unsigned bits) const;

  /// The same of those that are never listed.
  [[nodiscard]] std::vector<std::uint64_t>
  never_cells(const net::ip_prefix& within, unsigned bits) const;

  /// Ascending.
  [[nodiscard]] const std::vector<ipv6_row>& ipv6() const noexcept {
    return ipv6_;
  }

private:
  net::range_set<std::uint32_t> ipv4_;
  net::range_set<std::uint32_t> never_;
  std::vector<ipv6_row> ipv6_;
};

/// What is drawn of a network: 0.0.0.0/0 in cells of /16, a /16 in cells of
/// /24, a /24 in addresses; ::/0 as rows.
/// @return errc::malformed for any other text
[[nodiscard]] result<net::ip_prefix> mapped_network(const std::string& text);

/// The document of `/map?prefix=`; ends with LF.  docs/page.md
/// @pre the network is one of mapped_network()
[[nodiscard]] std::string to_json(const address_map& of,
                                  const net::ip_prefix& within);

} // namespace spfblock::page
