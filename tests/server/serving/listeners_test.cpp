#include "server/serving/listeners.hpp"
#include "server/system/asio_endpoint.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/child_process.hpp"
#include "tests/support/run_until.hpp"
#include "tests/support/serving.hpp"
#include "tests/support/temporary_folder.hpp"

#include <boost/asio/local/stream_protocol.hpp>

#include <chrono>
#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <future>
#include <optional>
#include <string>
#include <thread>
#include <unistd.h>
#include <vector>

namespace listeners_test {

using namespace spfblock;
using namespace spfblock::server;
using namespace spfblock::testing;
using boost::asio::ip::tcp;
using protocols::door;

namespace {

constexpr const char* reply = "200 REJECT x.example";

/// Any free port of an address.
config::listener any_port_of(const char* address) {
  return {door::tcp_table, net::endpoint{*net::ip_address::parse(address), 0}};
}

struct listening {
  listening() {
    config::log_settings quiet;
    quiet.level = level::error;
    log.configure(quiet);
  }

  /// @return where it listens now
  std::vector<net::socket_address>
  change_to(const std::vector<config::listener>& wanted) {
    config::settings settings;
    settings.listen = wanted;
    settings.admin = std::nullopt;
    ports.apply(settings);
    return ports.addresses();
  }

  /// Returns when the threads have done what they were told.
  void settle() {
    for (const auto& each : threads.all()) {
      std::promise<void> done;
      each->run([&done] { done.set_value(); });
      done.get_future().wait();
    }
  }

  /// Whether nobody listens there any more, at the latest in ten seconds.
  bool refuses(const net::socket_address& at) {
    const auto deadline =
        std::chrono::steady_clock::now() + std::chrono::seconds{10};
    boost::system::error_code error;
    while (!error && std::chrono::steady_clock::now() < deadline) {
      tcp::socket late{io};
      late.connect(tcp_endpoint(*at.tcp()), error);
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
  client early{f.io, tcp_endpoint(*open[0].tcp())};
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
  client before{f.io, tcp_endpoint(*first[0].tcp())};
  REQUIRE(before.ask("192.0.2.1") == reply);

  const auto second = f.change_to({comes, stays});
  REQUIRE(second.size() == 2);
  CHECK(second[1] == first[0]);
  CHECK(f.refuses(first[1]));
  CHECK(before.ask("192.0.2.1") == reply);
  for (const net::socket_address& each : second) {
    client after{f.io, tcp_endpoint(*each.tcp())};
    CHECK(after.ask("192.0.2.1") == reply);
  }
}

TEST_CASE("listeners: a port that cannot be had is tried again, and the others "
          "are served meanwhile",
          "[server][listeners]") {
  listening f;
  f.threads.start();
  auto other = std::make_optional(*listening_sockets::open(any_port, 1));
  const config::listener taken{door::tcp_table, other->address()};

  const auto served = f.change_to({any_port_of("127.0.0.2"), taken});
  REQUIRE(served.size() == 1);
  CHECK(f.ports.missing() == std::vector{taken.where});
  client meanwhile{f.io, tcp_endpoint(*served[0].tcp())};
  CHECK(meanwhile.ask("192.0.2.1") == reply);

  other.reset();
  REQUIRE(run_until(f.io, [&f] { return f.ports.missing().empty(); }));
  client late{f.io, tcp_endpoint(*taken.where.tcp())};
  CHECK(late.ask("192.0.2.1") == reply);
}

TEST_CASE("listeners: a port that takes the place of others is had at once",
          "[server][listeners]") {
  listening f;
  f.threads.start();
  const auto first = f.change_to({any_port_of("127.0.0.1")});
  const config::listener all{door::tcp_table,
                             net::endpoint{*net::ip_address::parse("0.0.0.0"),
                                           first.at(0).tcp()->port}};
  f.change_to({all});
  REQUIRE(run_until(f.io, [&f] { return f.ports.missing().empty(); }));
  // Who comes while the former socket is being closed is reset by the system.
  const auto said = [&]() -> std::string {
    try {
      return client{f.io, tcp_endpoint(*first[0].tcp())}.ask("192.0.2.1");
    } catch (const boost::system::system_error& why) {
      return why.what();
    }
  };
  CHECK(run_until(f.io, [&] { return said() == reply; }));
}

TEST_CASE("listeners: where only the door changes, the port stays and clients "
          "speak as they began",
          "[server][listeners]") {
  listening f;
  f.threads.start();
  const auto first = f.change_to({any_port_of("127.0.0.1")});
  const auto at = tcp_endpoint(*first.at(0).tcp());
  client before{f.io, at};
  REQUIRE(before.ask("192.0.2.1") == reply);
  // From now on it is asked for by its number.
  f.change_to({{door::tcp_table, first[0]}});
  REQUIRE(run_until(f.io, [&f] { return f.ports.missing().empty(); }));
  client same{f.io, at};
  REQUIRE(same.ask("192.0.2.1") == reply);

  CHECK(f.change_to({{door::policy, first[0]}}) == first);
  CHECK(f.ports.missing().empty());
  f.settle();
  client after{f.io, at};
  after.send("request=smtpd_access_policy\nclient_address=192.0.2.1\n\n");
  CHECK(after.line() == "action=REJECT x.example");
  CHECK(same.ask("192.0.2.1") == reply);
}

TEST_CASE("listeners: a UNIX socket is one for all threads, and goes with what "
          "asks for it",
          "[server][listeners]") {
  listening f;
  f.threads.start();
  const temporary_folder folder;
  const std::string path = folder.path() / "door";
  config::listener at{door::tcp_table, net::socket_address::at_path(path)};
  CHECK(f.change_to({at}) == std::vector{at.where});
  const auto answered = [&] {
    boost::asio::local::stream_protocol::iostream stream{
        boost::asio::local::stream_protocol::endpoint{path}};
    stream << "get 192.0.2.1\n" << std::flush;
    std::string line;
    std::getline(stream, line);
    return line;
  };
  for (int i = 0; i < 4; ++i)
    CHECK(answered() == reply);
  for (const auto& each : f.threads.all())
    CHECK(each->totals().so_far()[protocols::count::connections] == 2);

  at.mode = 0600;
  CHECK(f.change_to({at}) == std::vector{at.where});
  CHECK(std::filesystem::status(path).permissions() ==
        std::filesystem::perms{0600});
  CHECK(answered() == reply);

  f.change_to({any_port_of("127.0.0.1")});
  CHECK_FALSE(std::filesystem::exists(path));
}

TEST_CASE("listeners: a UNIX socket without a folder is tried again",
          "[server][listeners]") {
  listening f;
  f.threads.start();
  const temporary_folder folder;
  const std::string path = folder.path() / "later" / "door";
  const config::listener at{door::tcp_table,
                            net::socket_address::at_path(path)};
  CHECK(f.change_to({at}).empty());
  CHECK(f.ports.missing() == std::vector{at.where});
  std::filesystem::create_directory(folder.path() / "later");
  REQUIRE(run_until(f.io, [&f] { return f.ports.missing().empty(); }));
  CHECK(std::filesystem::is_socket(path));
  f.ports.remove_files();
  CHECK_FALSE(std::filesystem::exists(path));
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
            {door::tcp_table, net::endpoint{*net::ip_address::parse("0.0.0.0"),
                                            narrow.at.port()}}};
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

} // namespace listeners_test
