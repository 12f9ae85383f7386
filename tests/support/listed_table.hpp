// Tables for tests, and what the server says by them.
#pragma once

#include "core/table/snapshot.hpp"

#include <optional>
#include <string>
#include <vector>

namespace spfblock::testing {

/// A listing of that name, with networks and an action as people write them.
[[nodiscard]] table::listing
listing_of(const std::string& name, const std::string& action,
           const std::vector<std::string>& networks);

/// What Postfix is told by the door tcp_table, decoded; nothing if the address
/// is not listed.
[[nodiscard]] std::optional<std::string> told(const table::snapshot& by,
                                              const net::ip_address& address);

/// a.example: 192.0.2.0/24 and 2001:db8::/32, REJECT with its name;
/// b.example: 203.0.113.0/24 and 192.0.2.128/25, WARN with a per cent sign and
/// all placeholders; exempt is postmaster.
[[nodiscard]] const table::snapshot& listed_table();

} // namespace spfblock::testing
