#include "server/serving/listeners.hpp"
#include "server/system/asio_endpoint.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/child_process.hpp"
#include "tests/support/run_until.hpp"
#include "tests/support/serving.hpp"

#include <chrono>
#include <cstdlib>
#include <fcntl.h>
#include <optional>
#include <string>
#include <thread>
#include <unistd.h>
#include <vector>

using namespace spfblock;
using namespace spfblock::server;
using namespace spfblock::testing;
using boost::asio::ip::tcp;
using protocols::door;

namespace {

constexpr const char* reply = "200 REJECT x.example";

/// Any free port of an address.
config::listener any_port_of(const char* address) {
  return {door::tcp_table, {*net::ip_address::parse(address), 0}};
}

struct listening {
  listening() {
    config::log_settings quiet;
    quiet.level = level::error;
    log.configure(quiet);
  }

  /// @return where it listens now
  std::vector<tcp::endpoint>
  change_to(const std::vector<config::listener>& wanted) {
    config::settings settings;
    settings.listen = wanted;
    settings.admin = std::nullopt;
    ports.apply(settings);
    return ports.endpoints();
  }

  /// Whether nobody listens there any more, at the latest in ten seconds.
  bool refuses(const tcp::endpoint& at) {
    const auto deadline =
        std::chrono::steady_clock::now() + std::chrono::seconds{10};
    boost::system::error_code error;
    while (!error && std::chrono::steady_clock::now() < deadline) {
      tcp::socket late{io};
      late.connect(at, error);
      std::this_thread::sleep_for(std::chrono::milliseconds{1});
    }
    return error == boost::asio::error::connection_refused;
  }

  log_sink log;
  published<table::snapshot> table{table_with("192.0.2.0/24")};
  boost::asio::io_context io;
  inherited_sockets inherited;
  serving_threads threads{2, table, log};
  listeners ports{io, inherited, threads, log};
};

} // namespace

TEST_CASE("listeners: a client that connects to an open port is answered once "
          "it is served",
          "[server][listeners]") {
  listening f;
  const auto open = f.change_to({any_port_of("127.0.0.1")});
  REQUIRE(open.size() == 1);
  client early{f.io, open[0]};
  early.send("get 192.0.2.1\n");
  f.threads.start();
  f.ports.serve();
  CHECK(early.line() == reply);
}

TEST_CASE("listeners: change from some ports to others; what stays is not "
          "opened anew",
          "[server][listeners]") {
  listening f;
  f.threads.start();
  const auto stays = any_port_of("127.0.0.1");
  const auto goes = any_port_of("127.0.0.2");
  const auto comes = any_port_of("127.0.0.3");
  const auto first = f.change_to({stays, goes});
  REQUIRE(first.size() == 2);
  client before{f.io, first[0]};
  REQUIRE(before.ask("192.0.2.1") == reply);

  const auto second = f.change_to({comes, stays});
  REQUIRE(second.size() == 2);
  CHECK(second[1] == first[0]);
  CHECK(f.refuses(first[1]));
  CHECK(before.ask("192.0.2.1") == reply);
  for (const tcp::endpoint& each : second) {
    client after{f.io, each};
    CHECK(after.ask("192.0.2.1") == reply);
  }
}

TEST_CASE("listeners: a port that cannot be had is tried again, and the others "
          "are served meanwhile",
          "[server][listeners]") {
  listening f;
  f.threads.start();
  auto other = std::make_optional(*listening_sockets::open(any_port, 1));
  const config::listener taken{door::tcp_table, from_asio(other->endpoint())};

  const auto served = f.change_to({any_port_of("127.0.0.2"), taken});
  REQUIRE(served.size() == 1);
  CHECK(f.ports.missing() == std::vector{taken.where});
  client meanwhile{f.io, served[0]};
  CHECK(meanwhile.ask("192.0.2.1") == reply);

  other.reset();
  REQUIRE(run_until(f.io, [&f] { return f.ports.missing().empty(); }));
  client late{f.io, tcp_endpoint(taken.where)};
  CHECK(late.ask("192.0.2.1") == reply);
}

TEST_CASE("listeners: a port that takes the place of others is had at once",
          "[server][listeners]") {
  listening f;
  f.threads.start();
  const auto first = f.change_to({any_port_of("127.0.0.1")});
  const config::listener all{
      door::tcp_table,
      {*net::ip_address::parse("0.0.0.0"), first.at(0).port()}};
  f.change_to({all});
  REQUIRE(run_until(f.io, [&f] { return f.ports.missing().empty(); }));
  client late{f.io, first[0]};
  CHECK(late.ask("192.0.2.1") == reply);
}

TEST_CASE("listeners: the log is told once of what cannot be had, by name of "
          "the socket that is in the way, and of what is served unasked",
          "[server][listeners][systemd]") {
  // Descriptors 3 and 4 are to be free for what is handed over.
  std::vector<descriptor> low;
  do {
    low.emplace_back(::open("/dev/null", O_RDONLY | O_CLOEXEC));
  } while (low.back().number() < 5);
  CHECK(
      in_child([] {
        int log[2];
        if (::pipe2(log, O_CLOEXEC | O_NONBLOCK) != 0 || ::dup2(log[1], 2) < 0)
          return std::string{"no pipe"};
        const held_socket narrow;
        const held_socket admin;
        ::dup2(narrow.number.number(), 3);
        ::dup2(admin.number.number(), 4);
        ::setenv("LISTEN_PID", std::to_string(::getpid()).c_str(), 1);
        ::setenv("LISTEN_FDS", "2", 1);
        ::setenv("LISTEN_FDNAMES", "narrow:admin", 1);
        config::settings settings;
        settings.listen = {
            {door::tcp_table,
             {*net::ip_address::parse("0.0.0.0"), narrow.at.port()}}};
        settings.admin = from_asio(admin.at);
        {
          const log_sink sink;
          const published<table::snapshot> table{table_with("192.0.2.0/24")};
          boost::asio::io_context io;
          const auto inherited = inherited_sockets::take();
          serving_threads threads{1, table, sink};
          listeners ports{io, inherited, threads, sink};
          ports.apply(settings);
          io.run_for(std::chrono::milliseconds{2500}); // it is tried again
          threads.start();
          ports.serve();
        }
        char told[4096];
        const auto size = ::read(log[0], told, sizeof told);
        std::string text(told, size > 0 ? static_cast<std::size_t>(size) : 0);
        const std::string port = ':' + std::to_string(narrow.at.port());
        for (auto at = text.find(port); at != std::string::npos;
             at = text.find(port))
          text.replace(at, port.size(), ":P");
        return text;
      }) == "port unavailable address=0.0.0.0:P reason=\"cannot listen on "
            "0.0.0.0:P: Address already in use\" socket=narrow on=127.0.0.1:P\n"
            "listening address=127.0.0.1:P socket=narrow\n"
            "socket handed over but not in listen address=127.0.0.1:P "
            "socket=narrow\n");
}
