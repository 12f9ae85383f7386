// The domains that settings name, to be listed or to be allowed: a name, or an
// object with one.
#pragma once

#include "core/config/sections.hpp"
#include "core/config/settings.hpp"
#include "core/json/field.hpp"

#include <optional>

namespace spfblock::config {

template <class Into, class Member>
auto permerror_choice(Member Into::*member) {
  return json::choice(member, {{"stop", on_permerror::stop},
                               {"skip", on_permerror::skip},
                               {"void", on_permerror::list_void}});
}

/// Reads what parse_domain() takes.
[[nodiscard]] std::optional<dns::name>
read_domain_name(const json::json_value& value);

/// Reads `name` of a domain's object; what is at fault leaves it as it was.
void read_name(const json::json_value& value, spf_domain& into);

/// Reads `limits` of a domain's object.
void read_limits_of_domain(const json::json_value& value, spf_domain& into);

/// The members that the object of any domain may have.
template <class Into>
json::field_table<Into> domain_fields() {
  return {
      {"name", read_name},
      {"on_permerror", permerror_choice(&spf_domain::on_permerror)},
      {"limits", read_limits_of_domain},
      {"until", json::day(&spf_domain::until)},
      {"comment", json::text(&spf_domain::comment)},
  };
}

/// Reads an element of a list of domains into what it inherits.
/// @param fields of an object; domain_fields() and more
/// @pre `into` has no name yet: the root
/// @return the value that gives the name; nothing if there is no valid one
template <class Into>
std::optional<json::json_value>
read_domain(const json::json_value& element,
            const json::field_table<Into>& fields, Into& into) {
  std::optional<json::json_value> named;
  if (element.is_object()) {
    json::read_fields(element, fields, into);
    element.require("name", "a domain name");
    named = element.member("name");
  } else if (element.is_string()) {
    read_name(element, into);
    named = element;
  } else {
    element.unexpected("a domain name, or an object with one");
  }
  return into.name.is_root() ? std::nullopt : named;
}

} // namespace spfblock::config
