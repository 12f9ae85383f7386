// Addresses that are collected one by one.
#pragma once

#include "core/net/address_set.hpp"

#include <cstdint>
#include <utility>
#include <vector>

namespace spfblock::net {

/// Becomes the union of many sets.  To unite them one by one costs what is
/// there already each time; this sorts once.
class address_gathering {
public:
  void add(const address_set& some) {
    append(ipv4_, some.ipv4().ranges());
    append(ipv6_, some.ipv6().ranges());
  }

  /// The union of all that was added.  O(n log n).
  [[nodiscard]] address_set result() && {
    return {range_set<std::uint32_t>::of(std::move(ipv4_)),
            range_set<uint128>::of(std::move(ipv6_))};
  }

private:
  template <class Number>
  static void append(std::vector<range<Number>>& to,
                     const std::vector<range<Number>>& more) {
    to.insert(to.end(), more.begin(), more.end());
  }

  std::vector<range<std::uint32_t>> ipv4_;
  std::vector<range<uint128>> ipv6_;
};

} // namespace spfblock::net
