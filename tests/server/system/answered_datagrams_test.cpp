// Tests also: datagrams_asio, datagrams_epoll.
#include "server/system/answered_datagrams.hpp"
#include "server/system/asio_endpoint.hpp"
#include "server/system/listening_socket.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/serving.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/udp.hpp>

#include <fcntl.h>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace answered_datagrams_test {

using namespace spfblock;
using namespace spfblock::server;
using boost::asio::ip::udp;

namespace {

/// A socket for datagrams at an address, and at any port.
struct fixture {
  explicit fixture(const char* address) {
    auto sockets = *listening_sockets::open(
        net::endpoint{*net::ip_address::parse(address), 0}, 1);
    REQUIRE_FALSE(sockets.open_datagrams(1));
    port = sockets.address().tcp()->port;
    socket = std::move(sockets.release_datagrams().front());
    ::fcntl(socket.number(), F_SETFL,
            ::fcntl(socket.number(), F_GETFL) | O_NONBLOCK);
  }

  /// A client that hears of nobody but the address it asks.
  udp::socket client_of(const char* address) {
    const auto at = asio_address(*net::ip_address::parse(address));
    udp::socket made{io, at.is_v4() ? udp::v4() : udp::v6()};
    made.connect({at, port});
    return made;
  }

  /// Answers each by its octets twice.
  std::size_t exchange() {
    const std::size_t received = datagrams.receive(
        socket.number(),
        [this](const answered_datagrams::received& asked, std::string& reply) {
          froms.insert(asked.from ? asked.from->to_string() : "-");
          for (int i = 0; i < 2; ++i)
            reply += asked.octets;
        });
    datagrams.send(socket.number());
    return received;
  }

  boost::asio::io_context io;
  std::uint16_t port = 0;
  descriptor socket;
  answered_datagrams datagrams;
  std::set<std::string> froms;
};

std::string received_by(udp::socket& client) {
  std::string text(2000, '\0');
  text.resize(client.receive(boost::asio::buffer(text)));
  return text;
}

} // namespace

TEST_CASE("answered_datagrams: each gets its reply, a batch at a time",
          "[server][answered_datagrams]") {
  fixture f{"127.0.0.1"};
  CHECK(f.exchange() == 0);
  udp::socket client = f.client_of("127.0.0.1");
  constexpr std::size_t asked = answered_datagrams::most + 5;
  for (std::size_t i = 0; i < asked; ++i)
    client.send(boost::asio::buffer(std::to_string(i) + '.'));
  CHECK(f.exchange() == answered_datagrams::most);
  CHECK(f.exchange() == 5);
  CHECK(f.exchange() == 0);
  for (std::size_t i = 0; i < asked; ++i) {
    const std::string text = std::to_string(i) + '.';
    CHECK(received_by(client) == text + text);
  }
  CHECK(f.froms == std::set<std::string>{"127.0.0.1"});
}

TEST_CASE("answered_datagrams: an empty reply is not sent, and of what is too "
          "long nothing is read",
          "[server][answered_datagrams]") {
  fixture f{"127.0.0.1"};
  udp::socket client = f.client_of("127.0.0.1");
  client.send(boost::asio::buffer(std::string{}));
  client.send(
      boost::asio::buffer(std::string(answered_datagrams::longest + 1, 'x')));
  client.send(boost::asio::buffer(std::string{"ok"}));
  CHECK(f.exchange() == 3);
  CHECK(received_by(client) == "okok");
}

TEST_CASE("answered_datagrams: the reply comes from the address that was asked",
          "[server][answered_datagrams]") {
  fixture f{"0.0.0.0"};
  for (const char* asked : {"127.0.0.1", "127.0.0.77"}) {
    udp::socket client = f.client_of(asked); // connected: hears no other
    client.send(boost::asio::buffer(std::string{"x"}));
    CHECK(f.exchange() == 1);
    CHECK(received_by(client) == "xx");
  }
  fixture g{"::"};
  udp::socket client = g.client_of("::1");
  client.send(boost::asio::buffer(std::string{"x"}));
  CHECK(g.exchange() == 1);
  CHECK(received_by(client) == "xx");
  CHECK(g.froms == std::set<std::string>{"::1"});
}

TEST_CASE("answered_datagrams: of a batch each gets his reply from the address "
          "that he asked, whoever gets none",
          "[server][answered_datagrams]") {
  fixture f{"0.0.0.0"};
  std::vector<udp::socket> clients;
  for (int i = 1; i <= 5; ++i) {
    const std::string number = std::to_string(i);
    clients.push_back(f.client_of(("127.0.0." + number).c_str()));
    udp::socket silent = f.client_of("127.0.0.1");
    silent.send(boost::asio::buffer(std::string{})); // is not answered
    clients.back().send(boost::asio::buffer(number));
  }
  CHECK(f.exchange() == 10);
  for (std::size_t i = 0; i < clients.size(); ++i) {
    const std::string number = std::to_string(i + 1);
    CHECK(received_by(clients[i]) == number + number);
  }
}

} // namespace answered_datagrams_test
