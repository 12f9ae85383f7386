#include "server/system/asio_endpoint.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/serving.hpp"

#include <chrono>
#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace serving_thread_test {

using namespace spfblock;
using namespace spfblock::server;
using namespace spfblock::testing;
using boost::asio::ip::tcp;
using std::chrono::milliseconds;

TEST_CASE("serving_thread: answers from the table as it is published",
          "[server][serving_thread]") {
  served_table f;
  client one{f.io, f.at};
  CHECK(one.ask("192.0.2.1") == "200 REJECT x.example");
  CHECK(one.ask("198.51.100.1") == "500 not listed");
  f.table.store(table_with("198.51.100.0/24"));
  CHECK(one.ask("192.0.2.1") == "500 not listed");
  CHECK(one.ask("198.51.100.1") == "200 REJECT x.example");
}

TEST_CASE("serving_thread: a client over the limit takes the place of another, "
          "unless there is none",
          "[server][serving_thread]") {
  served_table f;
  f.limit.most = 2;
  client one{f.io, f.at};
  REQUIRE(one.ask("unknown") == "500 not listed");
  client two{f.io, f.at};
  REQUIRE(two.ask("unknown") == "500 not listed");
  client three{f.io, f.at};
  CHECK(three.ask("unknown") == "500 not listed");
  CHECK(one.line() == "error: End of file");
  CHECK(two.ask("unknown") == "500 not listed");
  CHECK(f.counted(protocols::count::turned_away) == 1);

  served_table full;
  full.limit.most = 0; // other threads have all places
  client turned_away{full.io, full.at};
  CHECK(turned_away.line() == "error: End of file");
  CHECK(full.limit.open == 0);
}

TEST_CASE("serving_thread: a client that does not read holds up no other",
          "[server][serving_thread]") {
  served_table f;
  client greedy{f.io, f.at};
  std::string many;
  for (int i = 0; i < 20000; ++i)
    many += "get 192.0.2.1\n";
  // Does not fit into the buffers of the kernel both ways; sent without being
  // waited for.
  std::thread sender{[&] {
    try {
      greedy.send(many);
    } catch (const boost::system::system_error&) {
      return; // cut off by the end of the test
    }
  }};
  client other{f.io, f.at};
  for (int i = 0; i < 100; ++i)
    REQUIRE(other.ask("192.0.2.7") == "200 REJECT x.example");
  for (int i = 0; i < 20000; ++i)
    REQUIRE(greedy.line() == "200 REJECT x.example");
  sender.join();
}

TEST_CASE("serving_thread: answers what was received before it stops",
          "[server][serving_thread]") {
  served_table f;
  std::vector<std::unique_ptr<client>> clients;
  for (int i = 0; i < 20; ++i) {
    clients.push_back(std::make_unique<client>(f.io, f.at));
    REQUIRE(clients.back()->ask("unknown") == "500 not listed");
  }
  for (auto& each : clients)
    each->send("get 192.0.2.1\nget 192.0.2.2\n");
  f.thread.begin_stop(milliseconds{60'000});
  for (auto& each : clients) {
    CHECK(each->line() == "200 REJECT x.example");
    CHECK(each->line() == "200 REJECT x.example");
    CHECK(each->line() == "error: End of file");
  }
}

TEST_CASE("serving_thread: stops listening and keeps its clients",
          "[server][serving_thread]") {
  served_table f;
  client one{f.io, f.at};
  REQUIRE(one.ask("192.0.2.1") == "200 REJECT x.example");
  f.thread.stop_listening(served_table::number);
  CHECK(one.ask("192.0.2.1") == "200 REJECT x.example");
  tcp::socket late{f.io};
  boost::system::error_code error;
  // Until its thread has had its turn, the kernel takes clients in.
  const auto deadline =
      std::chrono::steady_clock::now() + std::chrono::minutes{1};
  while (!error && std::chrono::steady_clock::now() < deadline) {
    late.close();
    late.connect(f.at, error);
    std::this_thread::sleep_for(milliseconds{1});
  }
  CHECK(error == boost::asio::error::connection_refused);
}

TEST_CASE("listening_sockets: a port in use is a failure that names it",
          "[server][listening_socket]") {
  const net::endpoint any{net::ip_address::ipv4(0x7f000001), 0};
  const auto first = listening_sockets::open(any, 1);
  REQUIRE(first);
  const auto taken = *first->address().tcp();
  const auto second = listening_sockets::open(taken, 1);
  REQUIRE_FALSE(second);
  CHECK(second.error().message ==
        "cannot listen on " + taken.to_string() + ": Address already in use");

  const auto several = listening_sockets::open(any, 3);
  REQUIRE(several);
  CHECK(several->address().tcp()->port != 0);
}

} // namespace serving_thread_test
