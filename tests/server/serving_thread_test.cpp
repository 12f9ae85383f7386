#include "server/asio_endpoint.hpp"
#include "server/listening_socket.hpp"
#include "server/serving_thread.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/write.hpp>
#include <catch2/catch.hpp>

#include <string>
#include <vector>

using namespace spfblock;
using namespace spfblock::server;
using boost::asio::ip::tcp;
using std::chrono::milliseconds;

namespace {

std::shared_ptr<const table::snapshot> table_with(const char* network) {
  const auto action = table::action::parse("REJECT {domain}");
  return std::make_shared<const table::snapshot>(
      std::vector<table::listing>{{"x.example",
                                   action->bind("x.example"),
                                   {*net::ip_prefix::parse(network)}}});
}

/// A blocking client with a receive time-out.
class client {
public:
  client(boost::asio::io_context& io, const tcp::endpoint& at) : socket_{io} {
    socket_.connect(at);
    const timeval limit{10, 0};
    setsockopt(socket_.native_handle(), SOL_SOCKET, SO_RCVTIMEO, &limit,
               sizeof limit);
  }

  void send(const std::string& text) {
    boost::asio::write(socket_, boost::asio::buffer(text));
  }
  std::string line() {
    boost::system::error_code error;
    const auto size = boost::asio::read_until(
        socket_, boost::asio::dynamic_buffer(received_), '\n', error);
    if (error)
      return "error: " + error.message();
    std::string line = received_.substr(0, size - 1);
    received_.erase(0, size);
    return line;
  }
  std::string ask(const std::string& key) {
    send("get " + key + "\n");
    return line();
  }

private:
  tcp::socket socket_;
  std::string received_;
};

struct fixture {
  fixture() {
    config::log_settings quiet;
    quiet.level = level::error;
    log.configure(quiet);
    auto sockets =
        listening_sockets::open({net::ip_address::ipv4(0x7f000001), 0}, 1);
    REQUIRE(sockets);
    at = sockets->endpoint();
    auto owned = *std::move(sockets);
    thread.listen(at, owned.release().front());
  }
  ~fixture() {
    thread.begin_stop(milliseconds{100});
    thread.join();
  }

  log_sink log;
  published<table::snapshot> table{table_with("192.0.2.0/24")};
  connection_limit limit;
  std::atomic<bool> log_hits = false;
  boost::asio::io_context io;
  tcp::endpoint at;
  serving_thread thread{table, log, limit, log_hits};
};

} // namespace

TEST_CASE("serving_thread: answers from the table as it is published",
          "[server][serving_thread]") {
  fixture f;
  client one{f.io, f.at};
  CHECK(one.ask("192.0.2.1") == "200 REJECT x.example");
  CHECK(one.ask("198.51.100.1") == "500 not listed");
  f.table.store(table_with("198.51.100.0/24"));
  CHECK(one.ask("192.0.2.1") == "500 not listed");
  CHECK(one.ask("198.51.100.1") == "200 REJECT x.example");
}

TEST_CASE("serving_thread: a client over the limit is closed at once, and "
          "another may come when one has gone",
          "[server][serving_thread]") {
  fixture f;
  f.limit.most = 2;
  client one{f.io, f.at};
  REQUIRE(one.ask("unknown") == "500 not listed");
  {
    client two{f.io, f.at};
    REQUIRE(two.ask("unknown") == "500 not listed");
    client three{f.io, f.at};
    CHECK(three.line() == "error: End of file");
  }
  // The place of the second one is free as soon as its end was seen.
  std::string reply;
  for (int i = 0; i < 100 && reply != "500 not listed"; ++i) {
    client four{f.io, f.at};
    boost::system::error_code ignored;
    try {
      reply = four.ask("unknown");
    } catch (const boost::system::system_error&) {
      reply.clear();
    }
  }
  CHECK(reply == "500 not listed");
}

TEST_CASE("serving_thread: a client that does not read holds up no other",
          "[server][serving_thread]") {
  fixture f;
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
  fixture f;
  std::vector<std::unique_ptr<client>> clients;
  for (int i = 0; i < 20; ++i) {
    clients.push_back(std::make_unique<client>(f.io, f.at));
    REQUIRE(clients.back()->ask("unknown") == "500 not listed");
  }
  for (auto& each : clients)
    each->send("get 192.0.2.1\nget 192.0.2.2\n");
  f.thread.begin_stop(milliseconds{5000});
  for (auto& each : clients) {
    CHECK(each->line() == "200 REJECT x.example");
    CHECK(each->line() == "200 REJECT x.example");
    CHECK(each->line() == "error: End of file");
  }
}

TEST_CASE("serving_thread: stops listening and keeps its clients",
          "[server][serving_thread]") {
  fixture f;
  client one{f.io, f.at};
  REQUIRE(one.ask("192.0.2.1") == "200 REJECT x.example");
  f.thread.stop_listening(f.at);
  CHECK(one.ask("192.0.2.1") == "200 REJECT x.example");
  tcp::socket late{f.io};
  boost::system::error_code error;
  for (int i = 0; i < 200 && !error; ++i) {
    late.close();
    late.connect(f.at, error);
  }
  CHECK(error == boost::asio::error::connection_refused);
}

TEST_CASE("listening_sockets: a port in use is a failure that names it",
          "[server][listening_socket]") {
  const net::endpoint any{net::ip_address::ipv4(0x7f000001), 0};
  const auto first = listening_sockets::open(any, 1);
  REQUIRE(first);
  const auto taken = from_asio(first->endpoint());
  const auto second = listening_sockets::open(taken, 1);
  REQUIRE_FALSE(second);
  CHECK(second.error().message ==
        "cannot listen on " + taken.to_string() + ": Address already in use");

  const auto several = listening_sockets::open(any, 3);
  REQUIRE(several);
  CHECK(several->endpoint().port() != 0);
}
