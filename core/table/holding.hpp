// What each listing of a table answers for.
#pragma once

#include "core/net/address_set.hpp"
#include "core/table/snapshot.hpp"

#include <string>
#include <vector>

namespace spfblock::table {

/// The addresses that one listing answers for, and how.
struct holding {
  std::string name; ///< of the domain, or the network by hand; safe
  net::address_set addresses;
  net::ip_prefix example{}; ///< the first of its networks in the table
  std::string answer{};     ///< the action for that: action::filled(example)

  friend bool operator==(const holding&, const holding&) = default;
};

/// What each listing of a table holds.  A network that an earlier listing has
/// too is held by that one only: it answers.  In no order; listings that hold
/// nothing are left out.
[[nodiscard]] std::vector<holding> holdings_of(const snapshot& table);

} // namespace spfblock::table
