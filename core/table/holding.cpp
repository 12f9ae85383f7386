#include "core/table/holding.hpp"

#include <tsl/hopscotch_map.h>

#include <string_view>

namespace spfblock::table {

std::vector<holding> holdings_of(const snapshot& table) {
  struct networks_of_one {
    std::vector<net::ip_prefix> all; ///< in the order of the table
    const listing* first_by;
  };
  tsl::hopscotch_map<std::string_view, networks_of_one> by_name;
  for (const snapshot::match& each : table.networks()) {
    const auto place = by_name.try_emplace(each.by->name);
    if (place.second)
      place.first.value().first_by = each.by;
    place.first.value().all.push_back(each.network);
  }
  std::vector<holding> all;
  all.reserve(by_name.size());
  for (const auto& [name, networks] : by_name) {
    const net::ip_prefix& example = networks.all.front();
    all.push_back({std::string{name}, net::address_set::of(networks.all),
                   example, networks.first_by->action.filled(example)});
  }
  return all;
}

} // namespace spfblock::table
