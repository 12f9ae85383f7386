// IP prefixes in CIDR notation: what SPF records name, what a listing is made
// of and what the table is keyed by.
#pragma once

#include "core/net/ip_address.hpp"
#include "core/support/result.hpp"

#include <compare>
#include <string>
#include <string_view>

namespace spfblock::net {

/// An IPv4 or IPv6 network: the first `length()` bits are significant and all
/// host bits are zero (class invariant).
///
/// The families never meet: no IPv4 prefix covers an IPv6 address or the
/// reverse.  Regular value type, never allocates.  Ordered by family, then by
/// address, then by length, so that a covering prefix sorts before the more
/// specific ones it covers.
class ip_prefix {
public:
  /// 0.0.0.0/0
  constexpr ip_prefix() = default;

  /// The network of `length` bits that `address` lies in; host bits are
  /// cleared.
  /// @pre length <= width(address.family())
  [[nodiscard]] static ip_prefix containing(const ip_address& address,
                                            unsigned length);

  /// Every address of a family: 0.0.0.0/0 or ::/0.
  [[nodiscard]] static ip_prefix everything(net::family f) {
    return containing(
        f == net::family::ipv4 ? ip_address::ipv4(0) : ip_address::ipv6(0), 0);
  }

  /// Parses "ADDRESS" or "ADDRESS/LENGTH".
  ///
  /// A missing length means a host route, /32 or /128; a length is decimal
  /// without leading zeros.  The length of an IPv4-mapped address counts the
  /// bits of its IPv6 form: "::ffff:192.0.2.0/120" is 192.0.2.0/24.  Strict,
  /// for settings: host bits must be zero.  In an SPF record they are legal and
  /// ignored (RFC 7208 §5.6): its parser uses containing() instead.
  ///
  /// @return the prefix, or errc::malformed (no address, no length), or
  ///         errc::out_of_range (length too long, below 96 for a mapped
  ///         address, or host bits set; the message then names the prefix that
  ///         was probably meant)
  static result<ip_prefix> parse(std::string_view text);

  [[nodiscard]] constexpr net::family family() const noexcept {
    return address_.family();
  }

  /// The lowest address.
  [[nodiscard]] constexpr const ip_address& first() const noexcept {
    return address_;
  }

  /// The highest address.  Where the network ends with the IPv4-mapped
  /// addresses, as ::/80 does, which are no IPv6 addresses here, the highest
  /// one below them.
  [[nodiscard]] ip_address last() const noexcept;

  /// Significant bits, 0 to 32 (ipv4) or 0 to 128 (ipv6).
  [[nodiscard]] constexpr unsigned length() const noexcept { return length_; }

  /// Whether `address` lies in this network; false if the families differ.
  [[nodiscard]] bool contains(const ip_address& address) const noexcept;

  /// Whether every address of `other` lies in this network.  A prefix covers
  /// itself.
  [[nodiscard]] bool covers(const ip_prefix& other) const noexcept;

  /// "192.0.2.0/24"; a host route too carries its length.
  [[nodiscard]] std::string to_string() const;

  friend constexpr auto operator<=>(const ip_prefix&,
                                    const ip_prefix&) = default;

private:
  constexpr ip_prefix(const ip_address& address, unsigned length) noexcept
      : address_{address},
        length_{static_cast<std::uint8_t>(length)} {}

  ip_address address_;
  std::uint8_t length_ = 0;
};

/// The 128-bit or 32-bit mask of a prefix length: ones, then zeros, in the low
/// `width(f)` bits.
/// @pre length <= width(f)
[[nodiscard]] constexpr uint128 network_mask(family f,
                                             unsigned length) noexcept {
  if (length == 0)
    return 0;
  const uint128 all = f == family::ipv4 ? uint128{0xffffffffU} : ~uint128{0};
  return all & (all << (width(f) - length));
}

/// The bits of the family that network_mask() leaves out.
/// @pre length <= width(f)
[[nodiscard]] constexpr uint128 host_mask(family f, unsigned length) noexcept {
  return network_mask(f, width(f)) ^ network_mask(f, length);
}

} // namespace spfblock::net
