#include "core/exports/holdings_json.hpp"

#include "core/json/read_document.hpp"
#include "core/net/ip_prefix.hpp"

#include <tsl/hopscotch_map.h>

#include <utility>

namespace spfblock::exports {
namespace {

/// An element of `networks`.
struct held_network {
  net::ip_prefix network;
  std::string listing;
  std::string action;
};

/// The networks of one listing.
struct held_by_one {
  std::vector<net::ip_prefix> networks;
  std::string answer; ///< for the first of them
};

struct held_networks {
  tsl::hopscotch_map<std::string, held_by_one> by_listing;
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
      {"action", json::text(&held_network::action)},
  };
  for (const json::json_value& each : value.read_elements()) {
    held_network one;
    json::read_members(each, fields, one);
    held_by_one& holder = into.by_listing[one.listing];
    if (holder.networks.empty())
      holder.answer = std::move(one.action);
    holder.networks.push_back(one.network);
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
  for (const auto& [name, held] : read->by_listing)
    all.push_back({name, net::address_set::of(held.networks),
                   held.networks.front(), held.answer});
  return all;
}

} // namespace spfblock::exports
