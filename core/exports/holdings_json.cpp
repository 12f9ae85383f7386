#include "core/exports/holdings_json.hpp"

#include "core/json/read_document.hpp"
#include "core/net/ip_prefix.hpp"

#include <tsl/hopscotch_map.h>

namespace spfblock::exports {
namespace {

/// An element of `networks`.
struct held_network {
  net::ip_prefix network;
  std::string listing;
};

struct held_networks {
  tsl::hopscotch_map<std::string, std::vector<net::ip_prefix>> by_listing;
};

void read_network(const json::json_value& value, held_network& into) {
  const auto text = value.read_text();
  if (!text)
    return;
  if (const auto network = net::ip_prefix::parse(*text))
    into.network = *network;
  else
    value.fault(network.error().message);
}

void read_networks(const json::json_value& value, held_networks& into) {
  static const json::field_table<held_network> fields{
      {"network", read_network},
      {"listing", json::text(&held_network::listing)},
  };
  for (const json::json_value& each : value.read_elements()) {
    held_network one;
    json::read_members(each, fields, one);
    into.by_listing[one.listing].push_back(one.network);
  }
}

} // namespace

result<std::vector<table::holding>>
holdings_from_json(const std::string& text) {
  static const json::field_table<held_networks> fields{
      {"networks", read_networks},
  };
  const auto read = json::read_document(text, "an exported table", fields);
  if (!read)
    return read.error();
  std::vector<table::holding> all;
  all.reserve(read->by_listing.size());
  for (const auto& [name, networks] : read->by_listing)
    all.push_back({name, net::address_set::of(networks)});
  return all;
}

} // namespace spfblock::exports
