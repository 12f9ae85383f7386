#include "tests/support/listed_table.hpp"

#include "core/support/percent_encoding.hpp"

namespace spfblock::testing {

table::listing listing_of(const std::string& name, const std::string& action,
                          const std::vector<std::string>& networks) {
  table::listing made{name, table::action::parse(action)->bind(name), {}};
  for (const std::string& network : networks)
    made.networks.push_back(*net::ip_prefix::parse(network));
  return made;
}

std::optional<std::string> told(const table::snapshot& by,
                                const net::ip_address& address) {
  const auto found = by.find(address);
  if (!found)
    return std::nullopt;
  std::string reply;
  found->by->action.append_reply(reply, address, found->network);
  return percent_decode(reply.substr(4, reply.size() - 5));
}

const table::snapshot& listed_table() {
  static const table::snapshot table{
      {listing_of("a.example", "REJECT listed in the SPF record of {domain}",
                  {"192.0.2.0/24", "2001:db8::/32"}),
       listing_of("b.example", "WARN 100% {domain}: {address} in {network}",
                  {"203.0.113.0/24", "192.0.2.128/25"})},
      *table::recipients::of({"postmaster"}),
      nullptr,
      table::blocked_ranges::known};
  return table;
}

} // namespace spfblock::testing
