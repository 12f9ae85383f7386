#include "core/exports/pieces.hpp"

#include <algorithm>
#include <utility>

namespace spfblock::exports {
namespace {

unsigned bits_of(const piece_rules& rules, net::family f) {
  return f == net::family::ipv4 ? rules.ipv4_bits : rules.ipv6_bits;
}

/// The next length from `length` on that the format has.
unsigned aligned(unsigned length, unsigned bits) {
  return std::max(bits, (length + bits - 1) / bits * bits);
}

/// A network makes 2^n pieces: its n.
unsigned doublings_of(const exported_network& of, const piece_rules& rules) {
  const unsigned length = of.network.length();
  return aligned(length, bits_of(rules, of.network.family())) - length;
}

/// How many doublings a network may have, so that all that have no more lead to
/// few enough pieces; nothing if none may have any.
std::optional<unsigned> most_doublings(const exported_table& table,
                                       const piece_rules& rules) {
  std::vector<std::size_t> counts(std::max(rules.ipv4_bits, rules.ipv6_bits) +
                                  1U);
  for (const exported_network& each : table.networks())
    ++counts[doublings_of(each, rules)];
  std::optional<unsigned> most;
  std::size_t total = 0;
  for (unsigned n = 0; n < counts.size(); ++n) {
    total += counts[n] << n;
    if (total > rules.most)
      break;
    most = n;
  }
  return most;
}

/// Which networks to leave out: those of too many pieces, and those that would
/// then answer wrongly for them.
/// @param most doublings that are not too many; nothing if any are
std::vector<bool> choose_left_out(const exported_table& table,
                                  const piece_rules& rules,
                                  std::optional<unsigned> most) {
  const auto& networks = table.networks();
  std::vector<bool> left_out(networks.size());
  for (std::size_t i = 0; i < networks.size(); ++i)
    left_out[i] = !most || doublings_of(networks[i], rules) > *most;
  // Inner networks stand behind outer ones.  What is left out for the sake of
  // something within it takes all around it along.
  std::vector<bool> contagious(networks.size());
  for (std::size_t i = networks.size(); i-- > 0;) {
    const auto outer = networks[i].outer;
    if (left_out[i] && outer &&
        (contagious[i] || !rules.replaceable(networks[i], networks[*outer]))) {
      left_out[*outer] = true;
      contagious[*outer] = true;
    }
  }
  return left_out;
}

/// A piece on the way, with the length of its network.
struct candidate {
  piece of;
  unsigned network_length = 0;
};

void append_pieces(std::vector<candidate>& to, const net::ip_prefix& network,
                   std::uint32_t index, unsigned bits) {
  const unsigned length = aligned(network.length(), bits);
  const unsigned width = net::width(network.family());
  const std::size_t count = std::size_t{1} << (length - network.length());
  for (std::size_t i = 0; i < count; ++i) {
    const net::uint128 offset = net::uint128{i} << (width - length);
    to.push_back(
        {{network.first().number() | offset, length, index}, network.length()});
  }
}

/// Sorts; of equal pieces the one of the innermost network stays.
std::vector<piece> resolved(std::vector<candidate> all) {
  std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) {
    if (a.of.first != b.of.first)
      return a.of.first < b.of.first;
    if (a.of.length != b.of.length)
      return a.of.length < b.of.length;
    return a.network_length > b.network_length;
  });
  std::vector<piece> distinct;
  distinct.reserve(all.size());
  for (const candidate& each : all) {
    if (distinct.empty() || distinct.back().first != each.of.first ||
        distinct.back().length != each.of.length)
      distinct.push_back(each.of);
  }
  return distinct;
}

} // namespace

std::vector<std::uint32_t> ipv4_networks_up_to(unsigned doublings,
                                               const exported_table& table,
                                               const piece_rules& rules) {
  const auto left_out = choose_left_out(table, rules, doublings);
  std::vector<std::uint32_t> chosen;
  for (std::uint32_t i = 0; i < table.ipv4_networks(); ++i) {
    if (!left_out[i])
      chosen.push_back(i);
  }
  return chosen;
}

pieces split(const exported_table& table, const piece_rules& rules) {
  const auto left_out =
      choose_left_out(table, rules, most_doublings(table, rules));
  const auto& networks = table.networks();
  std::vector<candidate> ipv4;
  std::vector<candidate> ipv6;
  for (std::uint32_t i = 0; i < networks.size(); ++i) {
    if (left_out[i])
      continue;
    const auto& network = networks[i].network;
    append_pieces(network.family() == net::family::ipv4 ? ipv4 : ipv6, network,
                  i, bits_of(rules, network.family()));
  }
  return {resolved(std::move(ipv4)), resolved(std::move(ipv6)),
          static_cast<std::size_t>(
              std::count(left_out.begin(), left_out.end(), true))};
}

} // namespace spfblock::exports
