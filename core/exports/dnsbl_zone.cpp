#include "core/exports/dnsbl.hpp"
#include "core/exports/dnsbl_tree.hpp"
#include "core/exports/pieces.hpp"
#include "core/exports/sets.hpp"
#include "core/exports/writers.hpp"
#include "core/support/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>

namespace spfblock::exports {
namespace {

constexpr net::uint128 mapped = net::uint128{0xffff} << 32U; ///< ::ffff:0:0
constexpr net::uint128 unlisted_test = dnsbl_unlisted_test;
constexpr net::uint128 listed_test = dnsbl_listed_test;

/// Without an entry of its own an address that blocks by another listing's
/// word stays blocked.
bool stays_blocked(const exported_network& inner,
                   const exported_network& outer) {
  return inner.blocks || !outer.blocks;
}

std::vector<dnsbl_entry> entries_of(const std::vector<piece>& parts,
                                    const exported_table& table) {
  std::vector<dnsbl_entry> all;
  all.reserve(parts.size() + 2);
  for (const piece& each : parts) {
    const exported_network& network = table.networks()[each.network];
    all.push_back({each.first, each.length,
                   network.blocks ? &network.by->name : nullptr});
  }
  return all;
}

void put(std::vector<dnsbl_entry>& into, const dnsbl_entry& entry) {
  const auto order = [](const dnsbl_entry& e) {
    return std::tuple{e.first, e.length};
  };
  const auto at = std::lower_bound(
      into.begin(), into.end(), entry,
      [&](const auto& a, const auto& b) { return order(a) < order(b); });
  if (at != into.end() && order(*at) == order(entry))
    *at = entry;
  else
    into.insert(at, entry);
}

std::vector<std::string> left_out_notes(const exported_table& of,
                                        const pieces& parts) {
  auto notes = not_blocking_note(of);
  if (parts.left_out != 0)
    notes.push_back(counted(parts.left_out, "network") +
                    " that would take too many names");
  return notes;
}

} // namespace

std::string dnsbl_zone(const exported_table& of, const provenance& from) {
  piece_rules rules;
  rules.ipv6_bits = 4;
  rules.replaceable = stays_blocked;
  const pieces parts = split(of, rules);

  const std::string test{test_listing};
  auto ipv4 = entries_of(parts.ipv4, of);
  put(ipv4, {unlisted_test, 32, nullptr});
  put(ipv4, {listed_test, 32, &test});
  auto ipv6 = entries_of(parts.ipv6, of);
  put(ipv6, {mapped | unlisted_test, 128, nullptr});
  put(ipv6, {mapped | listed_test, 128, &test});

  // RFC 1982 arithmetic: the seconds since 1970 grow with each export.
  const auto serial =
      static_cast<std::uint32_t>(from.at.time_since_epoch().count());
  return heading(from, counted_networks(of.ipv4_networks(), of.ipv6_networks()),
                 {";",
                  "DNSBL as a zone file",
                  left_out_notes(of, parts),
                  {"NSD: zone: name: \"bl.example.org\" zonefile: \"FILE\"",
                   "Postfix: reject_rbl_client bl.example.org"}}) +
         fmt::format(
             "$TTL 300\n"
             "@ SOA localhost. hostmaster.localhost. {} 3600 600 604800 "
             "60\n"
             "@ NS localhost.\n",
             serial) +
         dnsbl_tree{ipv4, ipv6}.text();
}

} // namespace spfblock::exports
