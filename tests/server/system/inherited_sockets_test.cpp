// Sockets handed over, and serving threads that share one.
#include "server/system/asio_endpoint.hpp"
#include "server/system/inherited_sockets.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/child_process.hpp"
#include "tests/support/serving.hpp"

#include <future>
#include <string>
#include <vector>

using namespace spfblock;
using namespace spfblock::server;
using namespace spfblock::testing;
using boost::asio::ip::tcp;
using std::chrono::milliseconds;

namespace {

const net::endpoint any_port{net::ip_address::ipv4(0x7f000001), 0};

/// What a service manager holds.
struct held_socket {
  held_socket() {
    auto opened = *listening_sockets::open(any_port, 1);
    at = opened.endpoint();
    number = descriptor{opened.release().front()};
  }

  tcp::endpoint at;
  descriptor number;
};

/// Serving threads that share the clients of a held socket.
struct sharing {
  sharing(const held_socket& held, unsigned count) {
    std::vector<serving_thread*> all;
    for (unsigned i = 0; i < count; ++i) {
      threads.push_back(
          std::make_unique<serving_thread>(table, log, limit, log_hits));
      all.push_back(threads.back().get());
    }
    auto socket = *listening_sockets::duplicate(held.number.number(), held.at);
    threads.front()->share_clients(all);
    threads.front()->listen(held.at, socket.release().front(), socket.keeper());
  }

  log_sink log;
  published<table::snapshot> table{table_with("192.0.2.0/24")};
  connection_limit limit;
  std::atomic<bool> log_hits = false;
  std::vector<std::unique_ptr<serving_thread>> threads;
};

} // namespace

TEST_CASE("inherited_sockets: takes what this process was given, by address",
          "[server][inherited_sockets]") {
  // Descriptors 3 and 4 are to be free for what is handed over.
  std::vector<descriptor> low;
  do {
    low.emplace_back(::open("/dev/null", O_RDONLY | O_CLOEXEC));
  } while (low.back().number() < 4);
  const std::string found = in_child([] {
    held_socket held;
    ::dup2(held.number.number(), 3);
    ::dup2(::socket(AF_INET, SOCK_DGRAM, 0), 4);
    ::setenv("LISTEN_PID", std::to_string(::getpid()).c_str(), 1);
    ::setenv("LISTEN_FDS", "2", 1);
    ::setenv("LISTEN_FDNAMES", "lookups:datagrams", 1);
    const auto taken = inherited_sockets::take();
    const auto* there = taken.find(from_asio(held.at));
    const bool elsewhere = taken.find(any_port) != nullptr;
    return (there == nullptr ? std::string{"nothing"} : there->name) + ' ' +
           std::to_string(taken.all().size()) + ' ' +
           (taken.useless().empty() ? "" : taken.useless().front()) +
           (elsewhere ? " elsewhere" : "") +
           (::getenv("LISTEN_FDS") != nullptr ? " environment" : "");
  });
  CHECK(found == "lookups 1 datagrams");
}

TEST_CASE("inherited_sockets: has none where another process was meant",
          "[server][inherited_sockets]") {
  CHECK(in_child([] {
          ::setenv("LISTEN_PID", "1", 1);
          ::setenv("LISTEN_FDS", "1", 1);
          return std::to_string(inherited_sockets::take().all().size());
        }) == "0");
}

TEST_CASE("serving_thread: who waits at a shared socket when a thread stops is "
          "served by the next",
          "[server][serving_thread]") {
  held_socket held;
  boost::asio::io_context io;
  std::unique_ptr<client> waiting;
  {
    sharing first{held, 1};
    serving_thread& thread = *first.threads.front();
    // The client comes between the last look at the socket and the stop.
    thread.run([&] {
      thread.run([&] {
        waiting = std::make_unique<client>(io, held.at);
        waiting->send("get 192.0.2.1\n");
      });
      thread.begin_stop(milliseconds{0});
    });
    thread.join();
    CHECK(thread.totals().connections == 0);
  }
  const sharing next{held, 1};
  CHECK(waiting->line() == "200 REJECT x.example");
}

TEST_CASE("serving_thread: a shared socket is not watched any more once nobody "
          "listens there",
          "[server][serving_thread]") {
  held_socket held;
  boost::asio::io_context io;
  sharing f{held, 1};
  client before{io, held.at};
  REQUIRE(before.ask("192.0.2.1") == "200 REJECT x.example");
  f.threads.front()->stop_listening(held.at);
  std::promise<void> stopped;
  f.threads.front()->run([&] { stopped.set_value(); });
  stopped.get_future().wait();
  client late{io, held.at};
  late.send("get 192.0.2.1\n");
  CHECK(before.ask("192.0.2.1") == "200 REJECT x.example");
  CHECK(before.ask("unknown") == "500 not listed");
  CHECK(f.threads.front()->totals().connections == 1);
}

TEST_CASE("serving_thread: those who share a socket get its clients in turn",
          "[server][serving_thread]") {
  held_socket held;
  boost::asio::io_context io;
  sharing f{held, 3};
  std::vector<std::unique_ptr<client>> clients;
  for (int i = 0; i < 30; ++i) {
    clients.push_back(std::make_unique<client>(io, held.at));
    CHECK(clients.back()->ask("192.0.2.1") == "200 REJECT x.example");
  }
  for (const auto& each : f.threads)
    CHECK(each->totals().connections == 10);
  const serving_sums all = sums_of(f.threads);
  CHECK(all.connections == 30);
  CHECK(all.found == 30);
  CHECK(all.turned_away + all.not_found + all.refused == 0);
  CHECK(hits_of(0, f.threads) == 30);
  CHECK(hits_of(1, f.threads) == 0);
}

TEST_CASE("serving_thread: a client that is given to a thread that stops is "
          "answered and closed",
          "[server][serving_thread]") {
  held_socket held;
  boost::asio::io_context io;
  sharing f{held, 2};
  client first{io, held.at};
  client second{io, held.at};
  CHECK(first.ask("192.0.2.1") == "200 REJECT x.example");
  CHECK(second.ask("192.0.2.1") == "200 REJECT x.example");
  // The second thread, held up, is told to stop and then given the fourth
  // client.
  std::promise<void> held_up;
  std::promise<void> go_on;
  f.threads[1]->run([&] {
    held_up.set_value();
    go_on.get_future().wait();
  });
  held_up.get_future().wait();
  f.threads[1]->begin_stop(milliseconds{10'000});
  client third{io, held.at};
  CHECK(third.ask("192.0.2.1") == "200 REJECT x.example");
  client fourth{io, held.at};
  fourth.send("get 192.0.2.3\n");
  client fifth{io, held.at};
  CHECK(fifth.ask("192.0.2.1") == "200 REJECT x.example");
  go_on.set_value();
  CHECK(fourth.line() == "200 REJECT x.example");
  CHECK(fourth.line() == "error: End of file");
  f.threads[1]->join();
}
