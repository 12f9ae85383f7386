#include "core/table/explanation.hpp"

#include <nlohmann/json.hpp>

namespace spfblock::table {

using json = nlohmann::ordered_json;

std::string to_json(const explanation& of) {
  json reasons = json::array();
  for (const listing_reason& each : of.reasons)
    reasons.push_back({{"listing", each.listing},
                       {"network", each.network},
                       {"action", each.action},
                       {"chain", each.chain}});
  return json{{"address", of.address},
              {"listed", !of.reasons.empty()},
              {"reasons", std::move(reasons)}}
             .dump(2) +
         '\n';
}

result<explanation> explanation_from_json(const std::string& text) {
  try {
    const auto document = json::parse(text);
    explanation read{document.at("address").get<std::string>(), {}};
    for (const auto& each : document.at("reasons"))
      read.reasons.push_back({each.at("listing").get<std::string>(),
                              each.at("network").get<std::string>(),
                              each.at("action").get<std::string>(),
                              each.at("chain").get<std::string>()});
    return read;
  } catch (const json::exception& error) {
    return failure{errc::malformed,
                   std::string{"not an explanation: "} + error.what(), 0};
  }
}

} // namespace spfblock::table
