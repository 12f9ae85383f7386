#include "server/system/own_addresses.hpp"

#include <cstring>
#include <memory>
#include <netinet/in.h>
#include <optional>
#include <sys/socket.h>
#include <vector>

// FreeBSD's ifaddrs.h needs what stands before it.
// clang-format off
#include <sys/types.h>
#include <ifaddrs.h>
// clang-format on

namespace spfblock::server {
namespace {

struct free_interfaces {
  void operator()(ifaddrs* list) const noexcept { freeifaddrs(list); }
};

/// What lies behind `from`, which was allocated for its family.
template <class Socket_address>
Socket_address read_as(const sockaddr& from) noexcept {
  Socket_address whole{};
  std::memcpy(&whole, &from, sizeof whole);
  return whole;
}

/// @return nothing for another family than IPv4 and IPv6
std::optional<net::ip_address> address_of(const sockaddr& from) noexcept {
  if (from.sa_family == AF_INET)
    return net::ip_address::ipv4(
        ntohl(read_as<sockaddr_in>(from).sin_addr.s_addr));
  if (from.sa_family != AF_INET6)
    return std::nullopt;
  net::uint128 number = 0;
  for (const unsigned char octet :
       read_as<sockaddr_in6>(from).sin6_addr.s6_addr)
    number = number << 8U | octet;
  return net::ip_address::ipv6(number);
}

} // namespace

net::address_set own_addresses() {
  ifaddrs* first = nullptr;
  if (getifaddrs(&first) != 0)
    return {};
  const std::unique_ptr<ifaddrs, free_interfaces> list{first};

  std::vector<net::ip_prefix> hosts;
  for (const ifaddrs* each = first; each != nullptr; each = each->ifa_next) {
    if (each->ifa_addr == nullptr)
      continue;
    if (const auto address = address_of(*each->ifa_addr))
      hosts.push_back(
          net::ip_prefix::containing(*address, net::width(address->family())));
  }
  return net::address_set::of(hosts);
}

} // namespace spfblock::server
