#include "core/dns/header.hpp"
#include "server/serving/datagram_port.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/dns_message.hpp"
#include "tests/support/serving.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/udp.hpp>

#include <algorithm>
#include <cstdint>
#include <future>
#include <optional>
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
    to = {boost::asio::ip::address_v4::loopback(),
          sockets.address().tcp()->port};
    connect(client);
  }

  /// Lets a socket ask; what never comes fails the test.
  void connect(udp::socket& asker) const {
    asker.connect(to);
    const timeval patience{10, 0};
    setsockopt(asker.native_handle(), SOL_SOCKET, SO_RCVTIMEO, &patience,
               sizeof patience);
  }

  void send(const std::string& name, std::size_t type = type_a) {
    send_from(client, name, 0, type);
  }

  static void send_from(udp::socket& asker, const std::string& name,
                        std::uint16_t id, std::size_t type = type_a) {
    dns_message asked;
    asked.id = id;
    asked.flags = 0;
    asked.questions = {wire_question(name, type)};
    asker.send(boost::asio::buffer(asked.octets()));
  }

  /// Answers otherwise; returns when it does.
  void speak(const protocols::spoken& otherwise) {
    std::promise<void> done;
    thread.speak(otherwise, port_number);
    thread.run([&done] { done.set_value(); });
    done.get_future().wait();
  }

  /// The header of the next answer.
  static std::optional<dns::header> head_from(udp::socket& asker,
                                              int flags = 0) {
    std::string text(600, '\0');
    // Asio's receive() would wait for ever.
    const auto size =
        ::recv(asker.native_handle(), text.data(), text.size(), flags);
    text.resize(static_cast<std::size_t>(std::max<ssize_t>(size, 0)));
    return dns::read_header(text);
  }

  /// The RCODE of the next answer, and how many answers it holds.
  std::string answer() {
    const auto head = head_from(client);
    return head ? std::to_string(head->rcode) + ' ' +
                      std::to_string(head->answers)
                : "none";
  }

  static constexpr unsigned port_number = 7;
  udp::endpoint to;
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

TEST_CASE("datagram_port: in a rush each gets the answers to what he asks, in "
          "his order; who asks alone afterwards is answered",
          "[server][datagram_port]") {
  fixture f{list("bl.example")};
  udp::socket other{f.io};
  f.connect(other);
  constexpr std::uint16_t at_once = 50; // of each: more than a batch
  std::uint16_t id = 0;
  bool right = true;
  for (int round = 0; round < 100; ++round) {
    const std::uint16_t first = id;
    for (std::uint16_t i = 0; i < at_once; ++i, ++id) {
      fixture::send_from(f.client, "9.2.0.192.bl.example", id);
      fixture::send_from(other, "9.3.0.192.bl.example", id);
    }
    for (std::uint16_t i = 0; i < at_once; ++i) {
      const auto listed = fixture::head_from(f.client);
      const auto unlisted = fixture::head_from(other);
      REQUIRE(listed);
      REQUIRE(unlisted);
      right = right && listed->id == first + i && listed->answers == 1 &&
              unlisted->id == first + i && unlisted->rcode == 3;
    }
  }
  CHECK(right);
  for (int i = 0; i < 20; ++i) {
    f.send("9.2.0.192.bl.example");
    CHECK(f.answer() == "0 1");
  }
}

TEST_CASE("datagram_port: a flood that no buffer holds, answered to who does "
          "not read, keeps nobody from his answers",
          "[server][datagram_port]") {
  fixture f{list("bl.example")};
  udp::socket deaf{f.io};
  f.connect(deaf);
  const int little = 1;
  setsockopt(deaf.native_handle(), SOL_SOCKET, SO_RCVBUF, &little,
             sizeof little);
  for (int i = 0; i < 20'000; ++i)
    fixture::send_from(deaf, "9.2.0.192.bl.example", 0);
  client by_tcp{f.io, f.at}; // at the same thread
  CHECK(by_tcp.ask("192.0.2.9") == "200 REJECT x.example");
  std::string answer;
  for (int attempt = 0; attempt < 100 && answer != "0 1"; ++attempt) {
    f.send("9.2.0.192.bl.example"); // may find the buffer full
    answer = f.answer();
  }
  CHECK(answer == "0 1");
}

TEST_CASE("datagram_port: who closed his socket keeps nobody from an answer",
          "[server][datagram_port]") {
  fixture f{list("bl.example")};
  for (int i = 0; i < 50; ++i) {
    udp::socket gone{f.io};
    f.connect(gone);
    fixture::send_from(gone, "9.2.0.192.bl.example", 0);
    gone.close();
    f.send("9.3.0.192.bl.example");
  }
  for (int i = 0; i < 50; ++i)
    CHECK(f.answer() == "3 0");
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
