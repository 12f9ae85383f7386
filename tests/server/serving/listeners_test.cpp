#include "server/serving/listeners.hpp"
#include "server/system/asio_endpoint.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/child_process.hpp"
#include "tests/support/serving.hpp"

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <fcntl.h>
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

  /// @return where it listens in addition
  std::vector<tcp::endpoint>
  change_to(const std::vector<config::listener>& wanted) {
    auto opened = ports.open(wanted);
    REQUIRE(opened);
    std::vector<tcp::endpoint> fresh;
    for (const auto& each : *opened)
      fresh.push_back(each.sockets.endpoint());
    ports.serve(wanted, *std::move(opened));
    return fresh;
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
  listeners ports{inherited, threads, log};
};

} // namespace

TEST_CASE("listeners: a client that connects to an open port is answered once "
          "it is served",
          "[server][listeners]") {
  listening f;
  const std::vector wanted{any_port_of("127.0.0.1")};
  auto opened = f.ports.open(wanted);
  REQUIRE(opened);
  client early{f.io, opened->front().sockets.endpoint()};
  early.send("get 192.0.2.1\n");
  f.threads.start();
  f.ports.serve(wanted, *std::move(opened));
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
  REQUIRE(second.size() == 1);
  CHECK(f.refuses(first[1]));
  CHECK(before.ask("192.0.2.1") == reply);
  for (const tcp::endpoint& each : {first[0], second[0]}) {
    client after{f.io, each};
    CHECK(after.ask("192.0.2.1") == reply);
  }
}

TEST_CASE("listeners: a port that cannot be had is a failure, and changes "
          "nothing",
          "[server][listeners]") {
  listening f;
  f.threads.start();
  const auto served = f.change_to({any_port_of("127.0.0.1")});
  const auto other = listening_sockets::open(any_port, 1);
  const config::listener taken{door::tcp_table, from_asio(other->endpoint())};

  const auto opened = f.ports.open({any_port_of("127.0.0.2"), taken});
  REQUIRE_FALSE(opened);
  CHECK(opened.error().message == "cannot listen on " +
                                      taken.where.to_string() +
                                      ": Address already in use");
  client still{f.io, served[0]};
  CHECK(still.ask("192.0.2.1") == reply);
}

TEST_CASE("listeners: the log is told of inherited sockets that no setting "
          "names",
          "[server][listeners][systemd]") {
  // Descriptors 3 to 5 are to be free for what is handed over.
  std::vector<descriptor> low;
  do {
    low.emplace_back(::open("/dev/null", O_RDONLY | O_CLOEXEC));
  } while (low.back().number() < 5);
  CHECK(in_child([] {
          int log[2];
          if (::pipe2(log, O_CLOEXEC | O_NONBLOCK) != 0 ||
              ::dup2(log[1], 2) < 0)
            return std::string{"no pipe"};
          const held_socket lookups;
          const held_socket admin;
          const held_socket spare;
          ::dup2(lookups.number.number(), 3);
          ::dup2(admin.number.number(), 4);
          ::dup2(spare.number.number(), 5);
          ::setenv("LISTEN_PID", std::to_string(::getpid()).c_str(), 1);
          ::setenv("LISTEN_FDS", "3", 1);
          ::setenv("LISTEN_FDNAMES", "lookups:admin:spare", 1);
          config::settings settings;
          settings.listen = {{door::tcp_table, from_asio(lookups.at)}};
          settings.admin = from_asio(admin.at);
          warn_of_unused(inherited_sockets::take(), settings, log_sink{});
          char told[4096];
          const auto size = ::read(log[0], told, sizeof told);
          const std::string text(told,
                                 size > 0 ? static_cast<std::size_t>(size) : 0);
          const auto at = from_asio(spare.at).to_string();
          return text.find(at) != std::string::npos &&
                         std::count(text.begin(), text.end(), '\n') == 1
                     ? "one line, of the spare socket"
                     : text;
        }) == "one line, of the spare socket");
}
