#include "core/config/whereabouts.hpp"

#include "core/config/sections.hpp"
#include "core/json/document.hpp"
#include "core/json/json_value.hpp"
#include "core/json/problem_list.hpp"

namespace spfblock::config {
namespace {

constexpr std::string_view lookup_door = "tcp_table";

/// The address of an element of `listen`; nothing where another door is there.
std::optional<net::endpoint> lookups_at(const json::json_value& element) {
  constexpr std::string_view expected = "an address and a port";
  if (!element.is_object())
    return read_endpoint(element, expected);
  if (const auto door = element.member("door")) {
    const auto name = door->read_text();
    if (!name || *name != lookup_door)
      return std::nullopt;
  }
  const auto at = element.member("at");
  return at ? read_endpoint(*at, expected) : std::nullopt;
}

void read_listen(const json::json_value& value, whereabouts& into) {
  for (const json::json_value& element : value.read_elements()) {
    if (const auto found = lookups_at(element)) {
      into.lookups = *found;
      return;
    }
  }
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

whereabouts whereabouts_in(std::string_view text, const std::string& file) {
  whereabouts found;
  const auto document = json::document::parse(text, json::comments::taken);
  if (!document) {
    const failure& why = document.error();
    found.faults.push_back(
        {file, json::line_at(text, why.offset), {}, why.message});
    return found;
  }
  json::problem_list problems{file};
  const json::json_value root{document->root(), problems};
  if (const auto listen = root.member("listen"))
    read_listen(*listen, found);
  if (const auto admin = root.member("admin"))
    read_admin(*admin, found);
  found.faults = problems.in_order();
  return found;
}

} // namespace spfblock::config
