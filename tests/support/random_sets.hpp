// Random sets of addresses with something of everything: hosts, wide
// prefixes, neighbours, holes.
#pragma once

#include "core/net/address_set.hpp"

#include <random>

namespace spfblock::testing {

/// A number from 0 to `count` - 1.
inline unsigned below(std::mt19937& random, unsigned count) {
  return static_cast<unsigned>(random() % count);
}

inline net::ip_prefix random_prefix(std::mt19937& random) {
  // Few different numbers, so that prefixes meet, within and beside each other.
  const auto number = [&random] {
    return static_cast<net::uint128>(random() % 8 << 29U | random() % 4 << 14U |
                                     random() % 4);
  };
  if (random() % 2 == 0)
    return net::ip_prefix::containing(
        net::ip_address::ipv4(static_cast<std::uint32_t>(number())),
        below(random, 33));
  return net::ip_prefix::containing(
      net::ip_address::ipv6(number() << 96U | number() << 50U | number()),
      below(random, 129));
}

/// The union and difference of up to `most` prefixes.
inline net::address_set random_set(std::mt19937& random, unsigned most) {
  net::address_set made;
  for (unsigned left = below(random, most + 1); left > 0; --left) {
    const net::address_set one{random_prefix(random)};
    if (random() % 4 == 0)
      made -= one;
    else
      made |= one;
  }
  return made;
}

} // namespace spfblock::testing
