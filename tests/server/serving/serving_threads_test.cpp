#include "server/serving/serving_threads.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/run_until.hpp"
#include "tests/support/serving.hpp"

#include <chrono>
#include <future>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace serving_threads_test {

using namespace spfblock;
using namespace spfblock::server;
using namespace spfblock::testing;
using protocols::count;
using protocols::door;
using std::chrono::milliseconds;

namespace {

constexpr const char* reply = "200 REJECT x.example";

/// Serving threads.
struct serving {
  explicit serving(unsigned count) : threads{count, table, log} {
    config::log_settings quiet;
    quiet.level = level::error;
    log.configure(quiet);
    threads.start();
  }

  /// The threads share the clients of a held socket.
  serving(const held_socket& held, unsigned count) : serving{count} {
    number = threads.listen(door::tcp_table,
                            *listening_sockets::duplicate(held.number.number(),
                                                          from_asio(held.at)));
  }

  [[nodiscard]] serving_thread& thread(std::size_t which) const {
    return *threads.all()[which];
  }

  /// What one of the threads has counted.
  [[nodiscard]] protocols::counts counted_by(std::size_t which) const {
    return thread(which).totals().so_far();
  }

  log_sink log;
  published<table::snapshot> table{table_with("192.0.2.0/24")};
  serving_threads threads;
  unsigned number = 0; ///< of the held socket
};

} // namespace

TEST_CASE("serving_threads: each has its own socket of a port, and all are "
          "counted together",
          "[server][serving_threads]") {
  serving f{3};
  auto sockets = *listening_sockets::open(any_port, f.threads.count());
  const auto at = tcp_endpoint(*sockets.address().tcp());
  CHECK(f.threads.listen(door::tcp_table, std::move(sockets)) != 0);
  boost::asio::io_context io;
  std::vector<std::unique_ptr<client>> clients;
  for (int i = 0; i < 30; ++i) {
    clients.push_back(std::make_unique<client>(io, at));
    CHECK(clients.back()->ask("192.0.2.1") == reply);
    CHECK(clients.back()->ask("unknown") == "500 not listed");
  }
  const protocols::counts all = f.threads.counted();
  CHECK(all[count::connections] == 30);
  CHECK(all[count::found] == 30);
  CHECK(all[count::not_found] == 30);
  CHECK(f.threads.hits().of(0) == 30);
  CHECK(f.threads.limit().open == 30);
}

TEST_CASE("serving_threads: settings hold for clients to come and those that "
          "are there",
          "[server][serving_threads]") {
  held_socket held;
  serving f{held, 2};
  config::settings settings;
  settings.connections = 1;
  f.threads.apply(settings, settings.connections);
  boost::asio::io_context io;
  client first{io, held.at}; // of the first thread
  REQUIRE(first.ask("192.0.2.1") == reply);
  client second{io, held.at}; // of the second one
  CHECK(second.ask("192.0.2.1") == reply);
  CHECK(first.line() == "error: End of file");
  CHECK(f.threads.counted()[count::turned_away] == 1);

  settings.connections = 2;
  f.threads.apply(settings, settings.connections);
  client third{io, held.at};
  CHECK(third.ask("192.0.2.1") == reply);
  CHECK(second.ask("192.0.2.1") == reply);
}

TEST_CASE("serving_threads: whoever only holds a connection gives way to "
          "whoever asks, whichever threads they are of",
          "[server][serving_threads]") {
  held_socket held;
  serving f{held, 3};
  config::settings settings;
  settings.connections = 6;
  f.threads.apply(settings, settings.connections);
  boost::asio::io_context io;
  // They are dealt out: 0 and 3 to the first thread, 2 and 5 to the last.
  std::vector<std::unique_ptr<client>> clients;
  for (std::size_t i = 0; i < 6; ++i) {
    clients.push_back(std::make_unique<client>(io, held.at));
    if (i != 2 && i != 5)
      REQUIRE(clients.back()->ask("192.0.2.1") == reply);
  }
  REQUIRE(run_until(io, [&f] { return f.threads.limit().open == 6; }));
  std::this_thread::sleep_for(client_order::patience);

  // Both come to threads whose own clients have asked.
  client seventh{io, held.at};
  CHECK(seventh.ask("192.0.2.1") == reply);
  client eighth{io, held.at};
  CHECK(eighth.ask("192.0.2.1") == reply);
  CHECK(clients[2]->line() == "error: End of file");
  CHECK(clients[5]->line() == "error: End of file");
  for (const std::size_t i : {0U, 1U, 3U, 4U})
    CHECK(clients[i]->ask("192.0.2.1") == reply);
  CHECK(run_until(io, [&f] { return f.threads.limit().open == 6; }));
  CHECK(f.threads.limit().to_go == 0);
  CHECK(f.threads.counted()[count::turned_away] == 2);
}

TEST_CASE(
    "serving_threads: who waits at a shared socket when a thread stops is "
    "served by the next",
    "[server][serving_threads]") {
  held_socket held;
  boost::asio::io_context io;
  std::unique_ptr<client> waiting;
  {
    const serving first{held, 1};
    serving_thread& thread = first.thread(0);
    // The client comes between the last look at the socket and the stop.
    thread.run([&] {
      thread.run([&] {
        waiting = std::make_unique<client>(io, held.at);
        waiting->send("get 192.0.2.1\n");
      });
      thread.begin_stop(milliseconds{0});
    });
    thread.join();
    CHECK(first.counted_by(0)[count::connections] == 0);
  }
  const serving next{held, 1};
  CHECK(waiting->line() == reply);
}

TEST_CASE(
    "serving_threads: a shared socket is not watched any more once nobody "
    "listens there",
    "[server][serving_threads]") {
  held_socket held;
  boost::asio::io_context io;
  serving f{held, 1};
  client before{io, held.at};
  REQUIRE(before.ask("192.0.2.1") == reply);
  f.threads.stop_listening(f.number);
  std::promise<void> stopped;
  f.thread(0).run([&] { stopped.set_value(); });
  stopped.get_future().wait();
  client late{io, held.at};
  late.send("get 192.0.2.1\n");
  CHECK(before.ask("192.0.2.1") == reply);
  CHECK(before.ask("unknown") == "500 not listed");
  CHECK(f.counted_by(0)[count::connections] == 1);
}

TEST_CASE("serving_threads: those who share a socket get its clients in turn",
          "[server][serving_threads]") {
  held_socket held;
  boost::asio::io_context io;
  serving f{held, 3};
  std::vector<std::unique_ptr<client>> clients;
  for (int i = 0; i < 30; ++i) {
    clients.push_back(std::make_unique<client>(io, held.at));
    CHECK(clients.back()->ask("192.0.2.1") == reply);
  }
  for (std::size_t i = 0; i < 3; ++i)
    CHECK(f.counted_by(i)[count::connections] == 10);
  protocols::counts expected;
  expected[count::connections] = 30;
  expected[count::found] = 30;
  CHECK(f.threads.counted() == expected);
  CHECK(f.threads.hits().of(0) == 30);
  CHECK(f.threads.hits().of(1) == 0);
}

TEST_CASE("serving_threads: a client that is given to a thread that stops is "
          "answered and closed",
          "[server][serving_threads]") {
  held_socket held;
  boost::asio::io_context io;
  serving f{held, 2};
  client first{io, held.at};
  client second{io, held.at};
  CHECK(first.ask("192.0.2.1") == reply);
  CHECK(second.ask("192.0.2.1") == reply);
  // The second thread, held up, is told to stop and then given the fourth
  // client.
  std::promise<void> held_up;
  std::promise<void> go_on;
  f.thread(1).run([&] {
    held_up.set_value();
    go_on.get_future().wait();
  });
  held_up.get_future().wait();
  f.thread(1).begin_stop(milliseconds{60'000});
  client third{io, held.at};
  CHECK(third.ask("192.0.2.1") == reply);
  client fourth{io, held.at};
  fourth.send("get 192.0.2.3\n");
  client fifth{io, held.at};
  CHECK(fifth.ask("192.0.2.1") == reply);
  go_on.set_value();
  CHECK(fourth.line() == reply);
  CHECK(fourth.line() == "error: End of file");
  f.thread(1).join();
}

} // namespace serving_threads_test
