#include "core/net/ip_prefix.hpp"

#include "core/support/contract.hpp"
#include "core/support/text.hpp"

#include <fmt/format.h>

#include <cstddef>
#include <optional>

namespace spfblock::net {

namespace {

ip_address address_of(family f, uint128 number) noexcept {
  return f == family::ipv4
             ? ip_address::ipv4(static_cast<std::uint32_t>(number))
             : ip_address::ipv6(number);
}

/// The lengths that may be written behind an address; the shortest one stands
/// for 0 bits.
struct length_limits {
  unsigned shortest;
  unsigned longest;
};

length_limits limits_of(const ip_address& address, bool mapped) noexcept {
  return mapped ? length_limits{96, 128}
                : length_limits{0, width(address.family())};
}

bool is_decimal(std::string_view text) noexcept {
  return !text.empty() &&
         text.find_first_not_of("0123456789") == std::string_view::npos &&
         (text.size() == 1 || text.front() != '0');
}

/// Reads the text after the slash, which starts at `offset`.
result<unsigned> parse_length(std::string_view text, length_limits limits,
                              std::size_t offset) {
  if (!is_decimal(text))
    return failure{errc::malformed, in_quotes(text) + " is not a prefix length",
                   offset};
  const auto length = parse_decimal(text, limits.longest);
  if (!length)
    return failure{errc::out_of_range,
                   fmt::format("prefix length {} is over {}", printable(text),
                               limits.longest),
                   offset};
  if (*length < limits.shortest)
    return failure{errc::out_of_range,
                   fmt::format("prefix length {} of an IPv4-mapped address is "
                               "below {}",
                               *length, limits.shortest),
                   offset};
  return static_cast<unsigned>(*length) - limits.shortest;
}

} // namespace

ip_prefix ip_prefix::containing(const ip_address& address, unsigned length) {
  const net::family f = address.family();
  EXPECTS(length <= width(f));
  return {address_of(f, address.number() & network_mask(f, length)), length};
}

result<ip_prefix> ip_prefix::parse(std::string_view text) {
  const auto slash = text.find('/');
  const auto address_text = text.substr(0, slash);
  const auto address = ip_address::parse(address_text);
  if (!address)
    return address.error();
  if (slash == std::string_view::npos)
    return containing(*address, width(address->family()));

  const bool mapped = address->family() == net::family::ipv4 &&
                      address_text.find(':') != std::string_view::npos;
  const auto length = parse_length(text.substr(slash + 1),
                                   limits_of(*address, mapped), slash + 1);
  if (!length)
    return length.error();
  const ip_prefix prefix = containing(*address, *length);
  if (prefix.first() != *address)
    return failure{errc::out_of_range,
                   fmt::format("host bits are set in {}, did you mean {}?",
                               in_quotes(text), prefix.to_string())};
  return prefix;
}

ip_address ip_prefix::last() const noexcept {
  const uint128 number = address_.number() | host_mask(family(), length_);
  if (family() == net::family::ipv6 && number >> 32U == 0xffff)
    return ip_address::ipv6((uint128{0xffff} << 32U) - 1);
  return address_of(family(), number);
}

bool ip_prefix::contains(const ip_address& address) const noexcept {
  return address.family() == family() &&
         (address.number() & network_mask(family(), length_)) ==
             address_.number();
}

bool ip_prefix::covers(const ip_prefix& other) const noexcept {
  return length_ <= other.length_ && contains(other.address_);
}

std::string ip_prefix::to_string() const {
  return fmt::format("{}/{}", address_.to_string(), length());
}

} // namespace spfblock::net
