// A table in which names of clients decide.
#pragma once

#include "core/table/snapshot.hpp"

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace spfblock::testing {

/// A set of two networks, or of one.
inline net::address_set addresses_in(const char* network,
                                     const char* other = nullptr) {
  net::address_set made{*net::ip_prefix::parse(network)};
  if (other != nullptr)
    made |= net::address_set{*net::ip_prefix::parse(other)};
  return made;
}

/// a.test lists 192.0.2.0/24, and clients in 198.51.100.0/24 and 2001:db8::/32
/// that are named at or below it; b.test clients in 203.0.113.0/24 named at or
/// below m.b.test.  198.51.100.200 is allowed.
inline const table::snapshot& named_table() {
  static const auto make = [] {
    const auto listing = [](const char* name, const char* target,
                            net::address_set whom) {
      return table::listing{
          name,
          table::action::parse("REJECT {domain} {network}")->bind(name),
          {},
          0,
          std::make_shared<const table::residue>(
              table::residue{*dns::name::from_text(name),
                             whom,
                             false,
                             false,
                             {{*dns::name::from_text(target), whom}}})};
    };
    std::vector<table::listing> all{
        listing("a.test", "a.test",
                addresses_in("198.51.100.0/24", "2001:db8::/32")),
        listing("b.test", "m.b.test", addresses_in("203.0.113.0/24"))};
    table::listing networks{
        all[0].name, all[0].action, {*net::ip_prefix::parse("192.0.2.0/24")}};
    all.insert(all.begin(), std::move(networks));
    return table::snapshot{std::move(all),
                           {},
                           std::make_shared<const net::address_set>(
                               addresses_in("198.51.100.200/32"))};
  };
  static const table::snapshot made = make();
  return made;
}

} // namespace spfblock::testing
