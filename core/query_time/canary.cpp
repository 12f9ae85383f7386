#include "core/query_time/canary.hpp"

#include "core/net/ip_prefix.hpp"
#include "core/net/special_purpose.hpp"

#include <array>
#include <string_view>
#include <vector>

namespace spfblock::query_time {
namespace {

constexpr std::array<std::string_view, 4> documentation{
    "192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "2001:db8::/32"};

/// One of the addresses of `block` that are in `among`.
std::optional<net::ip_address> one_of(const net::address_set& among,
                                      const net::ip_prefix& block,
                                      std::uint32_t random) {
  const auto prefixes = among.within(block).to_prefixes();
  if (prefixes.empty())
    return std::nullopt;
  const net::ip_prefix& chosen = prefixes[random % prefixes.size()];
  const unsigned free = net::width(chosen.family()) - chosen.length();
  const net::uint128 mask =
      free >= 32 ? 0xffffffffU : (net::uint128{1} << free) - 1;
  const net::uint128 number = chosen.first().number() | (random & mask);
  return chosen.family() == net::family::ipv4
             ? net::ip_address::ipv4(static_cast<std::uint32_t>(number))
             : net::ip_address::ipv6(number);
}

} // namespace

std::optional<net::ip_address> nobody_of(const net::address_set& among,
                                         net::family family,
                                         std::uint32_t random) {
  std::vector<net::ip_prefix> blocks;
  for (const std::string_view each : documentation)
    blocks.push_back(*net::ip_prefix::parse(each));
  for (const auto& each : net::special_purpose_blocks())
    blocks.push_back(each.prefix);
  for (const net::ip_prefix& each : blocks) {
    if (each.family() != family)
      continue;
    if (auto found = one_of(among, each, random))
      return found;
  }
  return std::nullopt;
}

} // namespace spfblock::query_time
