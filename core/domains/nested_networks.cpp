#include "core/domains/nested_networks.hpp"

#include "core/net/range_set.hpp"

#include <algorithm>
#include <cstddef>
#include <numeric>
#include <optional>
#include <utility>

namespace spfblock::domains {
namespace {

using net::family;
using net::ip_prefix;
using net::uint128;
using network_list = std::vector<ip_prefix>;

constexpr unsigned counted_length = 64; ///< of IPv6 networks

/// Calls `visit(inner, outer)` for each network and the narrowest one around
/// it, by their places; of equal ones the one that stands first is around the
/// others.
template <class Visit>
void for_each_pair(const network_list& of, Visit visit) {
  std::vector<std::size_t> order(of.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(), [&of](std::size_t a, std::size_t b) {
    return of[a] != of[b] ? of[a] < of[b] : a < b;
  });
  std::vector<std::size_t> around; // the present one, the widest first
  for (const std::size_t at : order) {
    while (!around.empty() && !of[around.back()].covers(of[at]))
      around.pop_back();
    if (!around.empty())
      visit(at, around.back());
    around.push_back(at);
  }
}

/// A set of numbers whose members in a range are counted in logarithmic time.
class counted_set {
public:
  explicit counted_set(std::vector<net::range<uint128>> ranges)
      : ranges_{net::range_set<uint128>::of(std::move(ranges)).ranges()} {
    uint128 sum = 0;
    for (const auto& each : ranges_) {
      before_.push_back(sum);
      sum += each.last - each.first + 1;
    }
  }

  [[nodiscard]] uint128 count(net::range<uint128> in) const {
    return below(in.last + 1) - below(in.first);
  }

private:
  [[nodiscard]] uint128 below(uint128 number) const {
    const auto behind = std::partition_point(
        ranges_.begin(), ranges_.end(),
        [number](const auto& each) { return each.first < number; });
    if (behind == ranges_.begin())
      return 0;
    const auto at = static_cast<std::size_t>(behind - ranges_.begin()) - 1;
    return before_[at] + std::min(number - ranges_[at].first,
                                  ranges_[at].last - ranges_[at].first + 1);
  }

  std::vector<net::range<uint128>> ranges_;
  std::vector<uint128> before_; ///< how many there are below each range
};

/// What is counted, as numbers.
counted_set units_of(const net::address_set& set, family of) {
  std::vector<net::range<uint128>> units;
  for (const auto& each : set.ipv4().ranges())
    if (of == family::ipv4)
      units.push_back({each.first, each.last});
  for (const auto& each : set.ipv6().ranges())
    if (of == family::ipv6)
      units.push_back(
          {each.first >> counted_length, each.last >> counted_length});
  return counted_set{std::move(units)};
}

net::range<uint128> units_of(const ip_prefix& network) {
  const bool is_ipv4 = network.family() == family::ipv4;
  const unsigned uncounted = is_ipv4 ? 0 : counted_length;
  const uint128 first = network.first().number();
  const uint128 last =
      first | net::host_mask(network.family(), network.length());
  return {first >> uncounted, last >> uncounted};
}

/// Networks none of which is narrower than what is counted.
struct countable {
  network_list of;
  std::vector<std::size_t> places; ///< of each, among those that were given
};

/// A network of more than 64 bits that has something of the set stands for the
/// one of 64 around it, of several there the last.
countable widened(const net::address_set& set, const network_list& given) {
  countable made;
  std::vector<std::pair<ip_prefix, std::size_t>> narrow;
  for (std::size_t i = 0; i < given.size(); ++i) {
    if (given[i].family() == family::ipv4 ||
        given[i].length() <= counted_length) {
      made.of.push_back(given[i]);
      made.places.push_back(i);
    } else if (!set.within(given[i]).empty()) {
      narrow.emplace_back(
          ip_prefix::containing(given[i].first(), counted_length), i);
    }
  }
  std::sort(narrow.begin(), narrow.end());
  for (std::size_t i = 0; i < narrow.size(); ++i) {
    if (i + 1 < narrow.size() && narrow[i].first == narrow[i + 1].first)
      continue;
    made.of.push_back(narrow[i].first);
    made.places.push_back(narrow[i].second);
  }
  return made;
}

} // namespace

std::vector<bool> filled_by_others(const network_list& of) {
  std::vector<uint128> sums(of.size(), 0); // modulo 2^128
  std::vector<bool> filled(of.size(), false);
  const auto size_of = [](const ip_prefix& network) {
    return net::host_mask(network.family(), network.length()) + 1;
  };
  for_each_pair(of, [&](std::size_t inner, std::size_t outer) {
    sums[outer] += size_of(of[inner]);
    filled[outer] = sums[outer] == size_of(of[outer]);
  });
  return filled;
}

std::vector<uint128> last_counts(const net::address_set& set,
                                 const network_list& given) {
  std::vector<uint128> counts(given.size(), 0);
  if (given.empty())
    return counts;
  const countable each = widened(set, given);
  const counted_set units = units_of(set, given.front().family());
  std::vector<uint128> own;
  own.reserve(each.of.size());
  for (const ip_prefix& network : each.of)
    own.push_back(units.count(units_of(network)));
  for (std::size_t i = 0; i < own.size(); ++i)
    counts[each.places[i]] = own[i];
  for_each_pair(each.of, [&](std::size_t inner, std::size_t outer) {
    counts[each.places[outer]] -= own[inner];
  });
  return counts;
}

} // namespace spfblock::domains
