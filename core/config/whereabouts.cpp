#include "core/config/whereabouts.hpp"

#include "core/config/listen_section.hpp"
#include "core/config/sections.hpp"
#include "core/config/settings_parser.hpp"
#include "core/json/document.hpp"
#include "core/json/json_value.hpp"
#include "core/json/problem_list.hpp"
#include "core/net/special_purpose.hpp"

#include <utility>

namespace spfblock::config {
namespace {

using protocols::door;

/// What is spoken at an element of `listen`; nothing where nobody knows.
std::optional<door> door_at(const json::json_value& element) {
  const auto said = element.member("door");
  if (!said)
    return door::tcp_table;
  const auto word = said->read_text();
  return word ? protocols::door_of(*word) : std::nullopt;
}

std::optional<net::socket_address> address_of(const json::json_value& element) {
  if (!element.is_object())
    return read_socket_address(element);
  const auto at = element.member("at");
  return at ? read_socket_address(*at) : std::nullopt;
}

/// The listener of an element; nothing where it does not say enough.
std::optional<listener> listener_of(const json::json_value& element,
                                    door kind) {
  const auto where = address_of(element);
  if (!where)
    return std::nullopt;
  listener made{kind, *where};
  if (kind != door::dnsbl)
    return made;
  const auto said = element.member("zone");
  const auto zone = said ? read_zone(*said) : std::nullopt;
  if (!zone)
    return std::nullopt;
  made.list.emplace(*zone, net::address_set{}); // whom it answers, it knows
  return made;
}

/// The first element with the door, or else, unless it is wanted, the first.
std::optional<listener> find(const json::json_value& listen,
                             std::optional<door> wanted) {
  const door preferred = wanted.value_or(door::tcp_table);
  std::optional<listener> other;
  for (const json::json_value& element : listen.read_elements()) {
    const auto kind = door_at(element);
    if (!kind || (kind != preferred && (wanted || other)))
      continue;
    auto made = listener_of(element, *kind);
    if (made && kind == preferred)
      return made;
    if (made)
      other = std::move(made);
  }
  return other;
}

void read_admin(const json::json_value& value, whereabouts& into) {
  const auto text = value.read_text();
  if (text && text->empty())
    into.admin = std::nullopt;
  else if (const auto found =
               text ? read_endpoint(value, R"("ADDRESS:PORT" or "")")
                    : std::nullopt)
    into.admin = *found;
}

} // namespace

whereabouts whereabouts_in(std::string_view text, const std::string& file,
                           std::optional<door> wanted) {
  whereabouts found;
  if (wanted && wanted != door::tcp_table)
    found.lookups = std::nullopt;
  const auto document = json::document::parse(text, json::comments::taken);
  if (!document) {
    const failure& why = document.error();
    found.faults.push_back(
        {file, json::line_at(text, why.offset), {}, why.message});
    return found;
  }
  json::problem_list problems{file};
  const json::json_value root{document->root(), problems};
  if (const auto listen = root.member("listen")) {
    const auto there = find(*listen, wanted);
    if (there || (wanted && problems.size() == 0))
      found.lookups = there;
  }
  if (const auto admin = root.member("admin"))
    read_admin(*admin, found);
  if (const auto state = root.member("state_file")) {
    if (const auto path = state->read_text())
      found.state_file = *path;
  }
  found.faults = problems.in_order();
  return found;
}

settings doors_in(std::string_view text) {
  settings made = default_settings();
  made.state_file.clear();
  made.listen.clear();
  const auto document = json::document::parse(text, json::comments::taken);
  if (!document)
    return made;
  json::problem_list problems; // told by who refused it
  const json::json_value root{document->root(), problems};
  if (const auto listen = root.member("listen"))
    read_listen(*listen, made.listen);
  whereabouts found;
  if (const auto admin = root.member("admin"))
    read_admin(*admin, found);
  if (!found.admin || net::is_loopback(found.admin->address))
    made.admin = found.admin;
  return made;
}

} // namespace spfblock::config
