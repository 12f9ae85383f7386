#include "core/dns/header.hpp"
#include "server/serving/datagram_port.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/dns_message.hpp"
#include "tests/support/serving.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/udp.hpp>

#include <algorithm>
#include <future>
#include <string>
#include <sys/socket.h>
#include <thread>

namespace datagram_port_test {

using namespace spfblock;
using namespace spfblock::testing;
using boost::asio::ip::udp;
using protocols::count;

namespace {

protocols::spoken list(const char* zone, const char* clients = "127.0.0.0/8") {
  return protocols::spoken{
      protocols::dnsbl{*dns::name::from_text(zone),
                       net::address_set{*net::ip_prefix::parse(clients)}}};
}

/// A serving thread with a port for datagrams.
struct fixture : served_table {
  explicit fixture(const protocols::spoken& speaks) : client{io} {
    auto sockets = *server::listening_sockets::open(any_port, 1);
    REQUIRE_FALSE(sockets.open_datagrams(1));
    thread.take_datagrams(std::move(sockets.release_datagrams().front()),
                          speaks, port_number);
    client.connect(udp::endpoint{boost::asio::ip::address_v4::loopback(),
                                 sockets.address().tcp()->port});
    const timeval patience{10, 0};
    setsockopt(client.native_handle(), SOL_SOCKET, SO_RCVTIMEO, &patience,
               sizeof patience);
  }

  void send(const std::string& name, std::size_t type = type_a) {
    dns_message asked;
    asked.flags = 0;
    asked.questions = {wire_question(name, type)};
    client.send(boost::asio::buffer(asked.octets()));
  }

  /// Answers otherwise; returns when it does.
  void speak(const protocols::spoken& otherwise) {
    std::promise<void> done;
    thread.speak(otherwise, port_number);
    thread.run([&done] { done.set_value(); });
    done.get_future().wait();
  }

  /// The RCODE of the next answer, and how many answers it holds.
  std::string answer() {
    std::string text(600, '\0');
    // Asio's receive() would wait for ever.
    const auto size =
        ::recv(client.native_handle(), text.data(), text.size(), 0);
    text.resize(static_cast<std::size_t>(std::max<ssize_t>(size, 0)));
    const auto head = dns::read_header(text);
    return head ? std::to_string(head->rcode) + ' ' +
                      std::to_string(head->answers)
                : "none";
  }

  static constexpr unsigned port_number = 7;
  udp::socket client;
};

} // namespace

TEST_CASE("datagram_port: answers from the table, and counts",
          "[server][datagram_port]") {
  fixture f{list("bl.example")};
  f.send("9.2.0.192.bl.example");
  CHECK(f.answer() == "0 1");
  f.send("9.3.0.192.bl.example");
  CHECK(f.answer() == "3 0");
  CHECK(f.counted(count::found) == 1);
  CHECK(f.counted(count::not_found) == 1);
  CHECK(f.thread.totals().hits.of(0) == 1);
}

TEST_CASE("datagram_port: speaks otherwise as soon as it is told to",
          "[server][datagram_port]") {
  fixture f{list("bl.example")};
  f.speak(list("other.example"));
  f.send("9.2.0.192.bl.example");
  CHECK(f.answer() == "5 0");
  f.send("9.2.0.192.other.example");
  CHECK(f.answer() == "0 1");
}

TEST_CASE("datagram_port: does not answer who is no client",
          "[server][datagram_port]") {
  fixture f{list("bl.example", "192.0.2.0/24")};
  f.send("9.2.0.192.bl.example");
  while (f.counted(count::foreign) == 0)
    std::this_thread::yield();
  f.speak(list("bl.example"));
  f.send("9.3.0.192.bl.example");
  CHECK(f.answer() == "3 0");
  CHECK(f.counted(count::foreign) == 1);
}

TEST_CASE("datagram_port: what waits at the end is answered",
          "[server][datagram_port]") {
  fixture f{list("bl.example")};
  for (int i = 0; i < 20; ++i)
    f.send("9.2.0.192.bl.example");
  f.thread.begin_stop(std::chrono::milliseconds{0});
  f.thread.join();
  for (int i = 0; i < 20; ++i)
    CHECK(f.answer() == "0 1");
}

} // namespace datagram_port_test
