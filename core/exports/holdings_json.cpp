#include "core/exports/holdings_json.hpp"

#include "core/net/ip_prefix.hpp"
#include "core/support/text.hpp"

#include <nlohmann/json.hpp>
#include <tsl/hopscotch_map.h>

#include <exception>

namespace spfblock::exports {

result<std::vector<table::holding>>
holdings_from_json(const std::string& text) {
  try {
    const auto document = nlohmann::json::parse(text);
    tsl::hopscotch_map<std::string, std::vector<net::ip_prefix>> by_name;
    for (const auto& each : document.at("networks")) {
      const auto network =
          net::ip_prefix::parse(each.at("network").get<std::string>());
      if (!network)
        return network.error();
      by_name[each.at("listing").get<std::string>()].push_back(*network);
    }
    std::vector<table::holding> all;
    all.reserve(by_name.size());
    for (const auto& [name, networks] : by_name)
      all.push_back({name, net::address_set::of(networks)});
    return all;
  } catch (const std::exception& error) {
    return failure{
        errc::malformed,
        std::string{"not an exported table: "} + printable(error.what()), 0};
  }
}

} // namespace spfblock::exports
