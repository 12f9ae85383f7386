#include "tests/bench/spf_like_prefixes.hpp"

#include "core/support/contract.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <random>
#include <set>
#include <span>
#include <utility>

namespace spfblock::bench {

namespace {

using net::uint128;
using generator = std::mt19937_64;

constexpr std::size_t prefixes_a_provider = 256;

/// One in so many that would lie in another prefix, or around one, is kept:
/// the networks of one record do not overlap, those of two may.
constexpr std::uint64_t overlaps_one_in = 8;

/// A number below `count`; plain, so that it is the same with every library.
std::uint64_t below(generator& random, std::uint64_t count) {
  return random() % count;
}

template <class Key>
Key network_bits(Key address, unsigned length) {
  constexpr unsigned width = sizeof(Key) * 8;
  return length == 0 ? Key{0} : address >> (width - length) << (width - length);
}

template <class Key>
Key host_bits(unsigned length) {
  const Key all = static_cast<Key>(~Key{0});
  return static_cast<Key>(all ^ network_bits(all, length));
}

/// Shorter prefixes are a provider's only one.
template <class Key>
constexpr unsigned shortest_within = sizeof(Key) == 4 ? 20 : 40;

/// The lowest address of a provider's network.
template <class Key>
Key random_provider(generator& random) {
  if constexpr (sizeof(Key) == 4) {
    return network_bits(
        static_cast<Key>((1U << 24U) + below(random, 223U << 24U)), 16);
  } else {
    // The registries' networks, /12 each, from which /32 are given.
    constexpr std::array<std::uint32_t, 6> registries{
        0x20010000, 0x24000000, 0x26000000, 0x28000000, 0x2a000000, 0x2c000000};
    const std::uint64_t network = registries[below(random, registries.size())] |
                                  below(random, std::uint64_t{1} << 20U);
    return uint128{network} << 96U;
  }
}

/// An address of a provider, as networks are numbered: subnets from below,
/// hosts from below or by random.
template <class Key>
Key random_within(Key provider, generator& random) {
  if constexpr (sizeof(Key) == 4) {
    return provider | static_cast<Key>(below(random, 1U << 16U));
  } else {
    const std::uint64_t site = below(random, 4096) << 16U;
    const std::uint64_t subnet = below(random, 256);
    const std::uint64_t host =
        below(random, 2) == 0 ? below(random, 256) : random();
    return provider | uint128{site | subnet} << 64U | host;
  }
}

template <class Key>
unsigned random_length(generator& random) {
  const auto percent = static_cast<unsigned>(below(random, 100));
  if constexpr (sizeof(Key) == 4) {
    if (percent < 45)
      return 32;
    if (percent < 70)
      return 24;
    const auto other = static_cast<unsigned>(below(random, 15));
    return other < 8 ? 16 + other : 17 + other;
  } else {
    if (percent < 35)
      return 64;
    if (percent < 60)
      return 128;
    if (percent < 82)
      return 48;
    constexpr std::array<unsigned, 9> others{32, 36, 40, 44, 56,
                                             56, 56, 56, 56};
    return others[below(random, others.size())];
  }
}

/// The addresses of prefixes so far.
template <class Key>
class occupied {
public:
  [[nodiscard]] bool meets(Key first, Key last) const {
    const auto after = ranges_.upper_bound(last);
    return after != ranges_.begin() && std::prev(after)->second >= first;
  }

  /// @pre a prefix: it lies within a former one, around some, or beside all
  void add(Key first, Key last) {
    const auto after = ranges_.upper_bound(first);
    if (after != ranges_.begin() && std::prev(after)->second >= last)
      return;
    ranges_.erase(ranges_.lower_bound(first), ranges_.upper_bound(last));
    ranges_.emplace(first, last);
  }

private:
  std::map<Key, Key> ranges_; ///< first and last; disjoint
};

/// Whether an address lies in one of the prefixes: ranges that are disjoint
/// and ascending, independent of what is measured.
template <class Key>
class covered {
public:
  explicit covered(const std::vector<net::tree_entry<Key>>& prefixes) {
    for (const auto& each : prefixes)
      ranges_.push_back({each.first, each.first | host_bits<Key>(each.length)});
    std::sort(ranges_.begin(), ranges_.end(),
              [](const range& a, const range& b) {
                return a.first != b.first ? a.first < b.first : a.last > b.last;
              });
    const auto within = [](const range& outer, const range& inner) {
      return inner.last <= outer.last;
    };
    ranges_.erase(std::unique(ranges_.begin(), ranges_.end(), within),
                  ranges_.end());
  }

  [[nodiscard]] bool contains(Key address) const {
    const auto after =
        std::upper_bound(ranges_.begin(), ranges_.end(), address,
                         [](Key a, const range& r) { return a < r.first; });
    return after != ranges_.begin() && address <= std::prev(after)->last;
  }

private:
  struct range {
    Key first;
    Key last;
  };
  std::vector<range> ranges_;
};

template <class Key>
Key random_hit(const std::vector<net::tree_entry<Key>>& prefixes,
               generator& random) {
  const auto& in = prefixes[below(random, prefixes.size())];
  Key any = static_cast<Key>(random());
  if constexpr (sizeof(Key) == 16)
    any = any << 64U | random();
  return in.first | (any & host_bits<Key>(in.length));
}

template <class Key>
Key random_miss(const std::vector<net::tree_entry<Key>>& prefixes,
                const covered<Key>& listed, generator& random) {
  for (;;) {
    Key provider = random_provider<Key>(random);
    if constexpr (sizeof(Key) == 16)
      provider =
          network_bits(prefixes[below(random, prefixes.size())].first, 32);
    const Key address = random_within(provider, random);
    if (!listed.contains(address))
      return address;
  }
}

} // namespace

template <class Key>
std::vector<net::tree_entry<Key>> spf_like_prefixes(std::size_t count,
                                                    std::uint64_t seed) {
  EXPECTS(count <= 2'000'000);
  generator random{seed};
  std::vector<Key> providers(count / prefixes_a_provider + 1);
  for (Key& each : providers)
    each = random_provider<Key>(random);

  std::vector<net::tree_entry<Key>> made;
  made.reserve(count);
  std::set<std::pair<Key, unsigned>> known;
  occupied<Key> space;
  while (made.size() < count) {
    const unsigned length = random_length<Key>(random);
    // A few attempts, for there are not many short ones.
    for (int attempt = 0; attempt < 32; ++attempt) {
      const Key provider = length < shortest_within<Key>
                               ? random_provider<Key>(random)
                               : providers[below(random, providers.size())];
      const Key first = network_bits(random_within(provider, random), length);
      const Key last = first | host_bits<Key>(length);
      if ((space.meets(first, last) && below(random, overlaps_one_in) != 0) ||
          !known.emplace(first, length).second)
        continue;
      space.add(first, last);
      made.push_back({first, static_cast<std::uint8_t>(length),
                      static_cast<std::uint32_t>(made.size())});
      break;
    }
  }
  return made;
}

template <class Key>
std::vector<Key>
addresses_for(const std::vector<net::tree_entry<Key>>& prefixes, traffic wanted,
              std::size_t count, std::uint64_t seed) {
  EXPECTS(!prefixes.empty());
  generator random{seed};
  const covered<Key> listed{prefixes};
  std::vector<Key> made(count);
  for (Key& each : made) {
    // Not in turns, which a processor would learn.
    const bool hit = wanted == traffic::hits ||
                     (wanted == traffic::half && below(random, 2) == 0);
    each = hit ? random_hit(prefixes, random)
               : random_miss(prefixes, listed, random);
  }
  return made;
}

template std::vector<net::tree_entry<std::uint32_t>>
    spf_like_prefixes(std::size_t, std::uint64_t);
template std::vector<net::tree_entry<uint128>> spf_like_prefixes(std::size_t,
                                                                 std::uint64_t);
template std::vector<std::uint32_t>
addresses_for(const std::vector<net::tree_entry<std::uint32_t>>&, traffic,
              std::size_t, std::uint64_t);
template std::vector<uint128>
addresses_for(const std::vector<net::tree_entry<uint128>>&, traffic,
              std::size_t, std::uint64_t);

} // namespace spfblock::bench
