#include "core/exports/writers.hpp"
#include "core/json/writer.hpp"

#include <string_view>

namespace spfblock::exports {

// A line for each network, which the layouts of the writer do not have.
std::string json(const exported_table& of, const provenance& from) {
  std::string text = "{\n\"at\": ";
  text += std::to_string(from.at.time_since_epoch().count());
  text += ",\n\"version\": ";
  json::append_string(text, from.version);
  text += ",\n\"host\": ";
  json::append_string(text, from.host);
  text += ",\n\"from_state_file\": ";
  text += from.from_state_file ? "true" : "false";
  text += ",\n\"networks\": [";
  std::string_view separator = "\n";
  for (const exported_network& each : of.networks()) {
    text.append(separator)
        .append("{\"network\": \"")
        .append(each.network.to_string())
        .append("\", \"listing\": ");
    json::append_string(text, each.by->name);
    text += ", \"action\": ";
    json::append_string(text, action_text(each));
    text += each.blocks ? ", \"blocks\": true}" : ", \"blocks\": false}";
    separator = ",\n";
  }
  text += "\n]\n}\n";
  return text;
}

} // namespace spfblock::exports
