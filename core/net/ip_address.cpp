#include "core/net/ip_address.hpp"

#include "core/support/text.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <cstddef>

namespace spfblock::net {

namespace {

using octets = std::array<unsigned char, 16>;

/// The number whose first `count` octets, in network order, are given.
uint128 number_of(const octets& bytes, std::size_t count) noexcept {
  uint128 number = 0;
  for (std::size_t i = 0; i < count; ++i)
    number = number << 8U | bytes[i];
  return number;
}

octets octets_of(uint128 number, std::size_t count) noexcept {
  octets bytes{};
  for (std::size_t i = count; i > 0; --i) {
    bytes[i - 1] = static_cast<unsigned char>(number);
    number >>= 8U;
  }
  return bytes;
}

} // namespace

std::optional<ip_address>
ip_address::try_parse(std::string_view text) noexcept {
  std::array<char, INET6_ADDRSTRLEN> terminated{};
  if (text.size() >= terminated.size() ||
      text.find('\0') != std::string_view::npos)
    return std::nullopt;
  std::copy(text.begin(), text.end(), terminated.begin());

  const bool colon = text.find(':') != std::string_view::npos;
  octets bytes{};
  if (inet_pton(colon ? AF_INET6 : AF_INET, terminated.data(), bytes.data()) !=
      1)
    return std::nullopt;
  if (colon)
    return ipv6(number_of(bytes, 16));
  return ipv4(static_cast<std::uint32_t>(number_of(bytes, 4)));
}

result<ip_address> ip_address::parse(std::string_view text) {
  const auto address = try_parse(text);
  if (!address)
    return failure{errc::malformed, in_quotes(text) + " is not an IP address"};
  return *address;
}

std::string ip_address::to_string() const {
  const bool four = family_ == net::family::ipv4;
  const octets bytes = octets_of(number_, four ? 4 : 16);
  std::array<char, INET6_ADDRSTRLEN> text{};
  inet_ntop(four ? AF_INET : AF_INET6, bytes.data(), text.data(), text.size());
  return text.data();
}

} // namespace spfblock::net
