// Sets of IPv4 and IPv6 addresses, the values of SPF evaluation: "the
// addresses that pass", "the addresses still undecided".
#pragma once

#include "core/net/ip_prefix.hpp"
#include "core/net/range_set.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace spfblock::net {

/// A set of addresses of both families.  Regular value type; all operations
/// are linear in the number of ranges.
///
/// The numbers of ::ffff:0:0/96 are no IPv6 addresses here (see ip_address).
/// A wider prefix brings them in, so that ::/0 stays one range; they never come
/// out as prefixes of their own.
class address_set {
public:
  address_set() = default;
  explicit address_set(const ip_prefix& prefix);
  /// The addresses with these numbers.
  address_set(range_set<std::uint32_t> ipv4, range_set<uint128> ipv6);

  /// The union of the prefixes, in any order, overlapping or not.  O(n log n).
  [[nodiscard]] static address_set of(const std::vector<ip_prefix>& prefixes);

  /// Every address of the family.
  [[nodiscard]] static address_set everything(family f);

  [[nodiscard]] bool empty() const noexcept {
    return ipv4_.empty() && ipv6_.empty();
  }
  [[nodiscard]] bool contains(const ip_address& address) const noexcept;

  /// Whether an address of `network` is in the set.  O(log n).
  [[nodiscard]] bool meets(const ip_prefix& network) const noexcept;

  /// Takes the addresses of `network` out of the set.
  /// @return those of them that were in it
  [[nodiscard]] address_set extract(const ip_prefix& network);

  /// The addresses of `network` that are in the set.  O(log n), and a copy of
  /// them.
  [[nodiscard]] address_set within(const ip_prefix& network) const;

  /// The addresses of one family.
  [[nodiscard]] address_set only(family f) const;

  /// The smallest list of prefixes whose union is this set, the IPv4-mapped
  /// numbers aside; IPv4 first, each family ascending.
  [[nodiscard]] std::vector<ip_prefix> to_prefixes() const;

  /// How many prefixes to_prefixes() gives.
  [[nodiscard]] std::size_t prefix_count() const;

  /// How many ranges the set is kept in: what an operation walks through.
  [[nodiscard]] std::size_t range_count() const noexcept {
    return ipv4_.ranges().size() + ipv6_.ranges().size();
  }

  /// The length of the widest of these prefixes of one family, if any.
  [[nodiscard]] std::optional<unsigned> shortest_length(family f) const;

  /// What to_prefixes() describes, and nothing else: without numbers of
  /// ::ffff:0:0/96 that no prefix of the set has.
  [[nodiscard]] address_set canonical() const;

  /// How many IPv4 addresses, 0 to 2^32.
  [[nodiscard]] std::uint64_t ipv4_count() const noexcept;

  /// How many IPv6 networks of 64 bits are touched, counted up to 2^64 - 1.
  /// The measure for IPv6, where a host is given a /64 as IPv4 gives it an
  /// address.
  [[nodiscard]] std::uint64_t ipv6_slash64_count() const noexcept;

  [[nodiscard]] const range_set<std::uint32_t>& ipv4() const noexcept {
    return ipv4_;
  }
  [[nodiscard]] const range_set<uint128>& ipv6() const noexcept {
    return ipv6_;
  }

  friend address_set operator|(const address_set& a, const address_set& b);
  friend address_set operator&(const address_set& a, const address_set& b);
  friend address_set operator-(const address_set& a, const address_set& b);
  address_set& operator|=(const address_set& other);
  address_set& operator&=(const address_set& other);
  address_set& operator-=(const address_set& other);
  friend bool operator==(const address_set&, const address_set&) = default;

private:
  template <class Visit>
  void for_each_prefix(Visit visit) const;

  range_set<std::uint32_t> ipv4_;
  range_set<uint128> ipv6_;
};

} // namespace spfblock::net
