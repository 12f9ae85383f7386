#include "core/config/listen_section.hpp"

#include "core/config/sections.hpp"
#include "core/json/field.hpp"
#include "core/json/first_places.hpp"
#include "core/protocols/door.hpp"

#include <fmt/format.h>

#include <optional>
#include <string_view>

namespace spfblock::config {
namespace {

constexpr std::string_view expected_place =
    R"(an address and a port, as in "127.0.0.1:10060" or "[::1]:10060")";
constexpr std::string_view expected_listener =
    R"("ADDRESS:PORT", or {"door": DOOR, "at": "ADDRESS:PORT"})";

/// A listener while its members are read.
struct draft {
  std::optional<protocols::door> kind;
  std::optional<net::endpoint> where;
};

void read_kind(const json::json_value& value, draft& into) {
  const auto index = value.read_word(
      {protocols::door_words.begin(), protocols::door_words.end()});
  if (index)
    into.kind = static_cast<protocols::door>(*index);
}

void read_place(const json::json_value& value, draft& into) {
  into.where = read_endpoint(value, expected_place);
}

/// The listener that an object describes, if it does.
std::optional<listener> read_object(const json::json_value& value) {
  static const json::field_table<draft> fields{
      {"door", read_kind},
      {"at", read_place},
  };
  draft read;
  json::read_fields(value, fields, read);
  value.require("door", "what is spoken there");
  value.require("at", expected_place);
  if (!read.kind || !read.where)
    return std::nullopt;
  return listener{*read.kind, *read.where};
}

std::optional<listener> read_listener(const json::json_value& value) {
  if (value.is_object())
    return read_object(value);
  if (!value.is_string()) {
    value.unexpected(expected_listener);
    return std::nullopt;
  }
  if (const auto where = read_endpoint(value, expected_place))
    return listener{protocols::door::tcp_table, *where};
  return std::nullopt;
}

} // namespace

void read_listen(const json::json_value& value, std::vector<listener>& into) {
  into.clear();
  json::first_places places;
  const auto problems_before = value.problems().size();
  for (const json::json_value& element : value.read_elements()) {
    const auto read = read_listener(element);
    if (read && places.is_new(element, read->where.to_string()))
      into.push_back(*read);
  }
  if (into.empty() && value.problems().size() == problems_before)
    value.fault(
        fmt::format("found an empty array (expected {})", expected_listener));
}

} // namespace spfblock::config
