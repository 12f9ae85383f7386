#include "core/exports/writers.hpp"

#include <nlohmann/json.hpp>

#include <string_view>

namespace spfblock::exports {
namespace {

std::string text_of(const std::string& value) {
  return nlohmann::json(value).dump(-1, ' ', false,
                                    nlohmann::json::error_handler_t::replace);
}

} // namespace

// Written piece by piece: a document of a million networks takes much more
// memory than its text.
std::string json(const exported_table& of, const provenance& from) {
  std::string text = "{\n\"at\": ";
  text += std::to_string(from.at.time_since_epoch().count());
  text += ",\n\"version\": " + text_of(from.version);
  text += ",\n\"host\": " + text_of(from.host);
  text += ",\n\"from_state_file\": ";
  text += from.from_state_file ? "true" : "false";
  text += ",\n\"networks\": [";
  std::string_view separator = "\n";
  for (const exported_network& each : of.networks()) {
    text.append(separator)
        .append("{\"network\": \"")
        .append(each.network.to_string())
        .append("\", \"listing\": ")
        .append(text_of(each.by->name))
        .append(", \"action\": ")
        .append(text_of(action_text(each)))
        .append(", \"blocks\": ")
        .append(each.blocks ? "true}" : "false}");
    separator = ",\n";
  }
  text += "\n]\n}\n";
  return text;
}

} // namespace spfblock::exports
