#include "core/config/listen_section.hpp"

#include "core/config/domain_name.hpp"
#include "core/config/sections.hpp"
#include "core/json/field.hpp"
#include "core/json/first_places.hpp"
#include "core/protocols/door.hpp"

#include <fmt/format.h>

#include <charconv>
#include <optional>
#include <string_view>
#include <system_error>
#include <utility>

namespace spfblock::config {
namespace {

constexpr std::string_view expected_listener =
    R"("ADDRESS:PORT", "unix:/PATH", or {"door": DOOR, "at": one of these})";

/// A listener while its members are read.
struct draft {
  std::optional<protocols::door> kind;
  std::optional<net::socket_address> where;
  std::optional<unsigned> mode;
  std::optional<dns::name> zone;
  std::optional<std::vector<net::ip_prefix>> clients;
  bool has_no_client = false; ///< an empty array
};

constexpr std::string_view expected_zone =
    R"(the name under which addresses are asked for, as in "bl.example.org")";

void read_kind(const json::json_value& value, draft& into) {
  const auto index = value.read_word(
      {protocols::door_words.begin(), protocols::door_words.end()});
  if (index)
    into.kind = static_cast<protocols::door>(*index);
}

void read_place(const json::json_value& value, draft& into) {
  into.where = read_socket_address(value);
}

/// The number of an octal text, "0" to "0777".
std::optional<unsigned> parse_mode(std::string_view text) {
  constexpr unsigned most = 0777;
  unsigned mode = 0;
  const auto [end, error] =
      std::from_chars(text.data(), text.data() + text.size(), mode, 8);
  if (error != std::errc{} || end != text.data() + text.size() || mode > most)
    return std::nullopt;
  return mode;
}

void read_mode(const json::json_value& value, draft& into) {
  const auto text = value.read_text();
  if (!text)
    return;
  into.mode = parse_mode(*text);
  if (!into.mode)
    value.unexpected(R"(an octal mode, as in "0660")");
}

void read_zone_of(const json::json_value& value, draft& into) {
  into.zone = read_zone(value);
}

void read_clients(const json::json_value& value, draft& into) {
  into.clients.emplace();
  into.has_no_client = value.is_array();
  for (const json::json_value& element : value.read_elements()) {
    into.has_no_client = false;
    if (const auto network = read_prefix(element))
      into.clients->push_back(*network);
  }
}

/// What only the door dnsbl has, or lacks; nothing where it cannot be made.
std::optional<protocols::dnsbl> read_list(const json::json_value& value,
                                          const draft& read) {
  if (!read.kind)
    return std::nullopt; // that is what is wrong
  if (*read.kind != protocols::door::dnsbl) {
    for (const std::string_view name : {"zone", "clients"}) {
      if (const auto member = value.member(name))
        member->fault("only the door \"dnsbl\" has it");
    }
    return std::nullopt;
  }
  value.require("zone", expected_zone);
  if (read.where && read.where->path())
    value.member("at")->fault("the door \"dnsbl\" is at no UNIX socket "
                              "(expected an address and a port)");
  if (read.has_no_client)
    value.member("clients")->fault(
        "found an empty array, and nobody would be answered (expected "
        "networks)");
  if (!read.zone)
    return std::nullopt;
  static const std::vector<net::ip_prefix> loopback{
      *net::ip_prefix::parse("127.0.0.0/8"), *net::ip_prefix::parse("::1")};
  return protocols::dnsbl{
      *read.zone, net::address_set::of(read.clients.value_or(loopback))};
}

/// The listener that an object describes, if it does.
std::optional<listener> read_object(const json::json_value& value) {
  static const json::field_table<draft> fields{
      {"door", read_kind},    {"at", read_place},        {"mode", read_mode},
      {"zone", read_zone_of}, {"clients", read_clients},
  };
  draft read;
  json::read_fields(value, fields, read);
  value.require("door", "what is spoken there");
  value.require("at", expected_address);
  auto list = read_list(value, read);
  if (!read.kind || !read.where ||
      (read.kind == protocols::door::dnsbl && !list))
    return std::nullopt;
  if (read.where->tcp() && read.mode)
    value.member("mode")->fault("only a UNIX socket has a mode");
  return listener{*read.kind, *read.where,
                  read.mode.value_or(default_socket_mode), std::move(list)};
}

std::optional<listener> read_listener(const json::json_value& value) {
  if (value.is_object())
    return read_object(value);
  if (!value.is_string()) {
    value.unexpected(expected_listener);
    return std::nullopt;
  }
  if (const auto where = read_socket_address(value))
    return listener{protocols::door::tcp_table, *where};
  return std::nullopt;
}

} // namespace

std::optional<net::socket_address>
read_socket_address(const json::json_value& value) {
  const auto text = value.read_text();
  if (!text)
    return std::nullopt;
  const auto address = net::socket_address::parse(*text);
  if (address)
    return *address;
  value.fault(fmt::format("{} (expected {})", address.error().message,
                          expected_address));
  return std::nullopt;
}

std::optional<dns::name> read_zone(const json::json_value& value) {
  const auto text = value.read_text();
  if (!text)
    return std::nullopt;
  auto name = parse_domain(*text);
  if (!name)
    value.fault(name.error().message);
  else if (name->wire().size() > protocols::dnsbl::longest_zone)
    value.fault(fmt::format("leaves no room for the names of IPv6 addresses "
                            "(expected at most {} characters)",
                            protocols::dnsbl::longest_zone - 2));
  else
    return *std::move(name);
  return std::nullopt;
}

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
