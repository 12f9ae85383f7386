#include "core/page/address_map.hpp"

#include "core/json/writer.hpp"
#include "core/support/contract.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

namespace spfblock::page {
namespace {

constexpr unsigned row_length = 32; ///< of an IPv6 row
/// Rows in a document: more than anybody reads.
constexpr std::size_t most_rows = 1000;

std::uint32_t ipv4_number(const net::ip_address& of) {
  return static_cast<std::uint32_t>(of.number());
}

/// How many bits more than the network a cell of its map has.
unsigned bits_within(const net::ip_prefix& network) {
  return network.length() == 0 ? 16 : 8;
}

/// How many addresses of a set are in each part of `within`.
std::vector<std::uint64_t> cells_of(const net::range_set<std::uint32_t>& set,
                                    const net::ip_prefix& within,
                                    unsigned bits) {
  EXPECTS(within.family() == net::family::ipv4);
  EXPECTS(bits <= 16 && within.length() + bits <= 32);
  std::vector<std::uint64_t> counts(std::size_t{1} << bits, 0);
  const std::uint64_t base = ipv4_number(within.first());
  const std::uint64_t size = std::uint64_t{1} << (32U - within.length() - bits);
  const auto parts =
      set.within({ipv4_number(within.first()), ipv4_number(within.last())});
  for (const auto& range : parts.ranges()) {
    const std::uint64_t end = std::uint64_t{range.last} + 1;
    for (std::uint64_t at = range.first; at < end;) {
      const std::uint64_t cell = (at - base) / size;
      const std::uint64_t next = std::min(end, base + (cell + 1) * size);
      counts[cell] += next - at;
      at = next;
    }
  }
  return counts;
}

void write_cells(json::writer& to, std::string_view name,
                 const std::vector<std::uint64_t>& cells) {
  to.key(name).begin_array();
  for (auto at = cells.begin(); at != cells.end();) {
    const auto end = std::find_if(
        at, cells.end(), [&](std::uint64_t each) { return each != *at; });
    to.begin_array().value(end - at).value(*at).end_array();
    at = end;
  }
  to.end_array();
}

void write_rows(json::writer& to,
                const std::vector<address_map::ipv6_row>& rows) {
  to.key("rows").begin_array();
  const std::size_t shown = std::min(rows.size(), most_rows);
  for (std::size_t i = 0; i < shown; ++i)
    to.begin_object()
        .member("network", rows[i].network.to_string())
        .member("networks", rows[i].networks)
        .end_object();
  to.end_array().member("more", rows.size() - shown);
}

} // namespace

address_map::address_map(const table::snapshot& of,
                         const net::address_set& never)
    : never_{never.ipv4()} {
  std::vector<net::range<std::uint32_t>> ranges;
  for (const table::snapshot::match& each : of.networks()) {
    const net::ip_prefix& network = each.network;
    if (network.family() == net::family::ipv4) {
      ranges.push_back(
          {ipv4_number(network.first()), ipv4_number(network.last())});
      continue;
    }
    const auto row = net::ip_prefix::containing(
        network.first(), std::min(network.length(), row_length));
    if (ipv6_.empty() || !ipv6_.back().network.covers(row))
      ipv6_.push_back({row, 0});
    ++ipv6_.back().networks;
  }
  ipv4_ = net::range_set<std::uint32_t>::of(std::move(ranges));
}

std::vector<std::uint64_t> address_map::cells(const net::ip_prefix& within,
                                              unsigned bits) const {
  return cells_of(ipv4_, within, bits);
}

std::vector<std::uint64_t>
address_map::never_cells(const net::ip_prefix& within, unsigned bits) const {
  return cells_of(never_, within, bits);
}

result<net::ip_prefix> mapped_network(const std::string& text) {
  const auto network = net::ip_prefix::parse(text);
  if (!network)
    return network.error();
  const unsigned length = network->length();
  const bool is_mapped =
      length == 0 || (network->family() == net::family::ipv4 &&
                      (length == 16 || length == 24));
  if (!is_mapped)
    return failure{
        errc::malformed,
        "there are maps of 0.0.0.0/0, of a /16, of a /24 and of ::/0"};
  return *network;
}

std::string to_json(const address_map& of, const net::ip_prefix& within) {
  json::writer to{json::layout::dense};
  to.begin_object().member("prefix", within.to_string());
  if (within.family() == net::family::ipv4) {
    const unsigned bits = bits_within(within);
    to.member("cell_length", within.length() + bits);
    write_cells(to, "runs", of.cells(within, bits));
    write_cells(to, "never", of.never_cells(within, bits));
  } else {
    write_rows(to, of.ipv6());
  }
  to.end_object();
  return std::move(to).text() + '\n';
}

} // namespace spfblock::page
