#include "core/reports/explanation.hpp"
#include "core/support/calendar.hpp"
#include "core/support/text.hpp"

#include <nlohmann/json.hpp>

#include <stdexcept>

namespace spfblock::reports {
namespace {

using json = nlohmann::ordered_json;
using std::chrono::sys_seconds;

json document_of(const std::optional<sys_seconds>& at) {
  if (!at)
    return nullptr;
  return at->time_since_epoch().count();
}

json document_of(const listing_reason& of) {
  return {{"listing", of.listing},
          {"network", of.network},
          {"action", of.action},
          {"chain", of.chain},
          {"first_seen", document_of(of.first_seen)},
          {"last_seen", document_of(of.last_seen)}};
}

// Reading: anything unexpected is thrown, and caught in one place. ---------

sys_seconds time_from(const json& value) {
  const auto at = time_since_1970(value.get<std::int64_t>());
  if (!value.is_number_integer() || !at)
    throw std::invalid_argument{"a time out of range"};
  return *at;
}

std::optional<sys_seconds> optional_time_from(const json& value) {
  if (value.is_null())
    return std::nullopt;
  return time_from(value);
}

const json& elements_of(const json& value) {
  if (!value.is_array())
    throw std::invalid_argument{"no array"};
  return value;
}

listing_reason reason_from(const json& of) {
  return {of.at("listing").get<std::string>(),
          of.at("network").get<std::string>(),
          of.at("action").get<std::string>(),
          of.at("chain").get<std::string>(),
          optional_time_from(of.at("first_seen")),
          optional_time_from(of.at("last_seen"))};
}

} // namespace

std::string to_json(const explanation& of) {
  json reasons = json::array();
  for (const listing_reason& each : of.reasons)
    reasons.push_back(document_of(each));
  json exemptions = json::array();
  for (const exemption& each : of.exemptions)
    exemptions.push_back({{"listing", each.listing}, {"reason", each.reason}});
  return json{{"address", of.address},
              {"at", document_of(of.at)},
              {"listed", !of.reasons.empty()},
              {"reasons", std::move(reasons)},
              {"exemptions", std::move(exemptions)}}
             .dump(2, ' ', false, json::error_handler_t::replace) +
         '\n';
}

result<explanation> explanation_from_json(const std::string& text) {
  try {
    const auto document = json::parse(text);
    explanation read;
    read.address = document.at("address").get<std::string>();
    read.at = time_from(document.at("at"));
    for (const json& each : elements_of(document.at("reasons")))
      read.reasons.push_back(reason_from(each));
    for (const json& each : elements_of(document.at("exemptions")))
      read.exemptions.push_back({each.at("listing").get<std::string>(),
                                 each.at("reason").get<std::string>()});
    return read;
  } catch (const std::exception& error) {
    return failure{
        errc::malformed,
        std::string{"not an explanation: "} + printable(error.what()), 0};
  }
}

} // namespace spfblock::reports
