#include "core/table/holding.hpp"

#include <tsl/hopscotch_map.h>

namespace spfblock::table {

std::vector<holding> holdings_of(const snapshot& table) {
  tsl::hopscotch_map<const listing*, std::vector<net::ip_prefix>> by_listing;
  for (const snapshot::match& each : table.networks())
    by_listing[each.by].push_back(each.network);
  std::vector<holding> all;
  all.reserve(by_listing.size());
  for (const auto& [by, networks] : by_listing)
    all.push_back({by->name, net::address_set::of(networks)});
  return all;
}

} // namespace spfblock::table
