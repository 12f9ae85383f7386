#include "server/serving/port_plan.hpp"
#include "server/system/asio_endpoint.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/child_process.hpp"

#include <arpa/inet.h>
#include <cstdlib>
#include <fcntl.h>
#include <functional>
#include <netinet/in.h>
#include <string>
#include <sys/socket.h>
#include <unistd.h>
#include <vector>

namespace port_plan_test {

using namespace spfblock;
using namespace spfblock::server;
using testing::in_child;

namespace {

/// A listening socket at an address and any free port, as systemd opens them.
struct handed {
  const char* address;
  bool both_families = false;
};

int open_as_descriptor(const handed& what, int number, std::uint16_t port) {
  const bool ipv6 = std::string{what.address}.find(':') != std::string::npos;
  const int made = ::socket(ipv6 ? AF_INET6 : AF_INET, SOCK_STREAM, 0);
  const int only = what.both_families ? 0 : 1;
  if (ipv6)
    ::setsockopt(made, IPPROTO_IPV6, IPV6_V6ONLY, &only, sizeof only);
  auto at =
      tcp_endpoint(net::endpoint{*net::ip_address::parse(what.address), port});
  auto size = static_cast<socklen_t>(at.size());
  if (::bind(made, at.data(), size) != 0 || ::listen(made, 1) != 0)
    return -1;
  size = static_cast<socklen_t>(at.capacity());
  ::getsockname(made, at.data(), &size);
  ::dup2(made, number);
  ::close(made);
  return at.port();
}

std::string host_of(const net::socket_address& of) {
  return of.tcp()->address.to_string();
}

/// The plan for these sockets, all at one port P.
/// @param listen, admin addresses; a port P stands behind them
std::string plan_for(const std::vector<handed>& sockets,
                     const std::vector<const char*>& listen,
                     const char* admin = "127.0.0.9") {
  // Descriptors 3 to 9 are free for what is handed over.
  std::vector<descriptor> low;
  do {
    low.emplace_back(::open("/dev/null", O_RDONLY | O_CLOEXEC));
  } while (low.back().number() < 9);
  return in_child([&] {
    int port = 0;
    int number = 3;
    std::string names;
    for (const handed& each : sockets) {
      port =
          open_as_descriptor(each, number++, static_cast<std::uint16_t>(port));
      if (port < 0)
        return std::string{"cannot bind"};
      names +=
          (names.empty() ? "" : ":") + std::string(1, char('a' + number - 4));
    }
    ::setenv("LISTEN_PID", std::to_string(::getpid()).c_str(), 1);
    ::setenv("LISTEN_FDS", std::to_string(sockets.size()).c_str(), 1);
    ::setenv("LISTEN_FDNAMES", names.c_str(), 1);
    const auto at = [port](const char* address) {
      return net::endpoint{*net::ip_address::parse(address),
                           static_cast<std::uint16_t>(port)};
    };
    config::settings settings;
    settings.listen.clear();
    for (const char* each : listen)
      settings.listen.push_back({protocols::door::tcp_table, at(each)});
    settings.admin = at(admin);
    const auto inherited = inherited_sockets::take();
    std::string text;
    for (const planned_port& each : plan_ports(inherited, settings)) {
      text += host_of(each.where);
      if (each.handed_over)
        text += " by " + each.handed_over->name;
      if (!each.asked_for)
        text += " unasked";
      for (const net::socket_address& other : each.stands_for)
        text += " for " + host_of(other);
      text += "; ";
    }
    return text + '.';
  });
}

} // namespace

TEST_CASE("port_plan: a socket serves the port of its address, others are "
          "opened",
          "[server][port_plan][systemd]") {
  CHECK(plan_for({}, {"127.0.0.1", "::1"}) == "127.0.0.1; ::1; .");
  CHECK(plan_for({{"127.0.0.1"}}, {"127.0.0.2", "127.0.0.1"}) ==
        "127.0.0.2; 127.0.0.1 by a; .");
}

TEST_CASE("port_plan: a socket that listens on every address serves the port",
          "[server][port_plan][systemd]") {
  CHECK(plan_for({{"0.0.0.0"}}, {"127.0.0.1"}) ==
        "0.0.0.0 by a for 127.0.0.1; .");
  CHECK(plan_for({{"0.0.0.0"}}, {"::1"}) == "::1; 0.0.0.0 by a unasked; .");
  CHECK(plan_for({{"::", true}}, {"127.0.0.1", "::1"}) ==
        ":: by a for 127.0.0.1 for ::1; .");
  CHECK(plan_for({{"::", false}}, {"127.0.0.1", "::1"}) ==
        "127.0.0.1; :: by a for ::1; .");
}

TEST_CASE("port_plan: a socket that nobody names is served, but that of admin",
          "[server][port_plan][systemd]") {
  CHECK(plan_for({{"127.0.0.1"}}, {"0.0.0.0"}) ==
        "0.0.0.0; 127.0.0.1 by a unasked; .");
  CHECK(plan_for({{"127.0.0.1"}, {"127.0.0.2"}}, {"127.0.0.1"}, "127.0.0.2") ==
        "127.0.0.1 by a; .");
}

} // namespace port_plan_test
