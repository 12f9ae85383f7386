#include "server/system/asio_endpoint.hpp"
#include "server/system/own_addresses.hpp"
#include "tests/support/catch.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/udp.hpp>

#include <array>
#include <cstddef>
#include <cstring>
#include <fstream>
#include <net/if.h>
#include <netinet/in.h>
#include <optional>
#include <string>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>
#include <vector>

namespace own_addresses_test {

using namespace spfblock;
using server::own_addresses;

namespace {

net::ip_address parsed(const std::string& text) {
  const auto address = net::ip_address::parse(text);
  REQUIRE(address);
  return *address;
}

/// The address that a socket gets which talks to `peer`; nothing without a
/// route.
std::optional<net::ip_address> address_towards(const char* peer) {
  namespace asio = boost::asio;
  const auto remote = server::udp_endpoint(net::endpoint{parsed(peer), 9});
  asio::io_context io;
  asio::ip::udp::socket socket{io};
  boost::system::error_code failed;
  socket.open(remote.protocol(), failed);
  if (!failed)
    socket.connect(remote, failed);
  if (failed)
    return std::nullopt;
  return parsed(socket.local_endpoint().address().to_string());
}

/// The IPv4 addresses by another way, netdevice(7).
std::vector<net::ip_address> listed_by_siocgifconf() {
  std::array<ifreq, 256> requests{};
  ifconf list{};
  list.ifc_len = sizeof requests;
  list.ifc_req = requests.data();
  const int socket = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  REQUIRE(socket >= 0);
  const int done = ::ioctl(socket, SIOCGIFCONF, &list);
  ::close(socket);
  REQUIRE(done == 0);
  const auto count = static_cast<std::size_t>(list.ifc_len) / sizeof(ifreq);
  std::vector<net::ip_address> addresses;
  for (std::size_t i = 0; i < count; ++i) {
    sockaddr_in address{};
    static_assert(sizeof address == sizeof requests[i].ifr_addr);
    std::memcpy(&address, &requests[i].ifr_addr, sizeof address);
    addresses.push_back(net::ip_address::ipv4(ntohl(address.sin_addr.s_addr)));
  }
  return addresses;
}

/// The IPv6 addresses by another way: 32 hexadecimal digits begin each line.
std::vector<net::ip_address> listed_by_proc() {
  std::ifstream file{"/proc/net/if_inet6"};
  std::vector<net::ip_address> addresses;
  for (std::string line; std::getline(file, line);) {
    REQUIRE(line.size() > 32);
    std::string text;
    for (std::size_t i = 0; i < 32; i += 4)
      text += (i == 0 ? "" : ":") + line.substr(i, 4);
    addresses.push_back(parsed(text));
  }
  return addresses;
}

net::address_set set_of(const std::vector<net::ip_address>& addresses) {
  std::vector<net::ip_prefix> hosts;
  hosts.reserve(addresses.size());
  for (const auto& each : addresses)
    hosts.push_back(
        net::ip_prefix::containing(each, net::width(each.family())));
  return net::address_set::of(hosts);
}

} // namespace

TEST_CASE("the machine's own addresses hold loopback",
          "[server][own_addresses]") {
  const auto own = own_addresses();
  CHECK(own.contains(parsed("127.0.0.1")));
  CHECK(own.contains(parsed("::ffff:127.0.0.1")));
}

TEST_CASE("an address that a socket gets is one of the machine's own",
          "[server][own_addresses]") {
  const auto own = own_addresses();
  const auto towards_loopback = address_towards("127.0.0.1");
  REQUIRE(towards_loopback);
  // Connecting a UDP socket chooses a route and sends nothing.
  for (const char* peer : {"127.0.0.1", "::1", "192.0.2.1", "2001:db8::1"}) {
    const auto address = address_towards(peer);
    if (!address)
      continue; // no route
    CAPTURE(peer, address->to_string());
    CHECK(own.contains(*address));
  }
}

TEST_CASE("addresses of others are not the machine's own",
          "[server][own_addresses]") {
  const auto own = own_addresses();
  for (const char* other :
       {"0.0.0.0", "127.0.0.2", "8.8.8.8", "192.0.2.1", "255.255.255.255",
        "::", "::2", "2001:db8::1", "2606:4700::1111"}) {
    CAPTURE(other);
    CHECK_FALSE(own.contains(parsed(other)));
  }
}

TEST_CASE("the machine's own addresses are those that the kernel lists "
          "elsewhere",
          "[server][own_addresses]") {
  const auto own = own_addresses();
  CHECK(own.only(net::family::ipv4) == set_of(listed_by_siocgifconf()));
  CHECK(own.only(net::family::ipv6) == set_of(listed_by_proc()));
}

} // namespace own_addresses_test
