// IPv4 and IPv6 addresses as numbers.
//
// An IPv4-mapped IPv6 address (::ffff:192.0.2.1) is IPv4 here, always: SPF
// (RFC 7208 §5) and Postfix treat such a client as an IPv4 client.
#pragma once

#include "core/support/result.hpp"

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace spfblock::net {

/// 128 bits, the number that an IPv6 address is (first octet most significant).
__extension__ typedef unsigned __int128 uint128;

enum class family : std::uint8_t { ipv4, ipv6 };

/// The bits of an address of the family: 32 or 128.
[[nodiscard]] constexpr unsigned width(family f) noexcept {
  return f == family::ipv4 ? 32 : 128;
}

/// An IPv4 or IPv6 address; never an IPv4-mapped one (class invariant).
///
/// Regular value type, 32 bytes, never allocates.  Ordered by family, then by
/// number.
class ip_address {
public:
  /// 0.0.0.0
  constexpr ip_address() = default;

  /// The IPv4 address whose four octets, in network order, are `number`.
  [[nodiscard]] static constexpr ip_address
  ipv4(std::uint32_t number) noexcept {
    return ip_address{family::ipv4, number};
  }

  /// The address whose sixteen octets, in network order, are `number`: an IPv4
  /// address if `number` lies in ::ffff:0:0/96.
  [[nodiscard]] static constexpr ip_address ipv6(uint128 number) noexcept {
    if (number >> 32U == 0xffff)
      return ipv4(static_cast<std::uint32_t>(number));
    return ip_address{family::ipv6, number};
  }

  /// Parses what inet_pton(3) takes and nothing laxer: four decimal octets
  /// without leading zeros, or an IPv6 address without brackets and zone.
  /// Does not allocate: this is what every looked-up key goes through.
  [[nodiscard]] static std::optional<ip_address>
  try_parse(std::string_view text) noexcept;

  /// As try_parse().
  /// @return the address, or errc::malformed with a message
  static result<ip_address> parse(std::string_view text);

  [[nodiscard]] constexpr net::family family() const noexcept {
    return family_;
  }

  /// The address as a number below 2^width(family()).
  [[nodiscard]] constexpr uint128 number() const noexcept { return number_; }

  /// As inet_ntop(3) writes it, which is also how Postfix does: lower case,
  /// compressed.
  [[nodiscard]] std::string to_string() const;

  friend constexpr auto operator<=>(const ip_address&,
                                    const ip_address&) = default;

private:
  constexpr ip_address(net::family f, uint128 number) noexcept
      : family_{f},
        number_{number} {}

  net::family family_ = family::ipv4;
  uint128 number_ = 0;
};

} // namespace spfblock::net
