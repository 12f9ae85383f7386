#include "server/dns/system_resolver.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/dns_asking.hpp"
#include "tests/support/run_until.hpp"
#include "tests/support/scripted_server.hpp"
#include "tests/support/temporary_folder.hpp"

#include <chrono>
#include <fstream>
#include <optional>
#include <string>
#include <sys/stat.h>
#include <thread>

namespace system_resolver_test {

using namespace spfblock;
using namespace spfblock::server;
using namespace spfblock::testing;

namespace {

constexpr auto more_than_a_look = std::chrono::milliseconds{1100};

/// A resolver over a file of the test.  It names addresses of loopback at port
/// 53, where nobody answers; whom it asks is read off the totals.
struct fixture {
  void write(const std::string& text) const {
    const std::string fresh = file + ".new";
    std::ofstream{fresh} << text;
    std::rename(fresh.c_str(), file.c_str());
  }

  void start(std::chrono::seconds patience = {}) {
    auto by = asking({});
    by.exchange.attempts = 1;
    by.exchange.timeout = std::chrono::seconds{1};
    resolver.emplace(io, log, file, by, totals, patience);
  }

  void ask() {
    resolver->resolve(txt("a.example"), an_asker(),
                      [this](const dns::answer&) { ++answers; });
  }

  [[nodiscard]] std::string asked() const {
    std::string list;
    for (const auto& each : totals->servers)
      list += each.to_string() + ' ';
    return list;
  }

  temporary_folder folder;
  std::string file = folder / "resolv.conf";
  log_sink log{level::error};
  boost::asio::io_context io;
  std::shared_ptr<dns_totals> totals = std::make_shared<dns_totals>();
  std::optional<system_resolver> resolver;
  int answers = 0;
};

} // namespace

TEST_CASE("system_resolver: asks whom the file names at the time",
          "[server][system_resolver]") {
  fixture f;
  f.write("nameserver 127.0.0.2\nnameserver fe80::1%lo\n");
  f.start();
  CHECK(f.asked() == "127.0.0.2:53 [fe80::1%lo]:53 ");
  f.write("nameserver 127.0.0.3\n");
  f.ask(); // within a second of the last look
  CHECK(f.asked() == "127.0.0.2:53 [fe80::1%lo]:53 ");
  std::this_thread::sleep_for(more_than_a_look);
  f.ask();
  CHECK(f.asked() == "127.0.0.3:53 ");
}

TEST_CASE("system_resolver: a file that is empty or not there is no fault, and "
          "waited for",
          "[server][system_resolver]") {
  fixture f;
  f.start();
  CHECK(f.asked() == "127.0.0.1:53 ");
  f.write("# nothing yet\n");
  std::this_thread::sleep_for(more_than_a_look);
  f.ask();
  CHECK(f.asked() == "127.0.0.1:53 ");
  f.write("nameserver 127.0.0.4\n");
  std::this_thread::sleep_for(more_than_a_look);
  f.ask();
  CHECK(f.asked() == "127.0.0.4:53 ");
}

TEST_CASE("system_resolver: what is no file is not waited for",
          "[server][system_resolver]") {
  fixture f;
  REQUIRE(::mkfifo(f.file.c_str(), 0600) == 0);
  f.start();
  CHECK(f.asked() == "127.0.0.1:53 ");
}

TEST_CASE("system_resolver: what fails while a machine starts is asked again "
          "when servers are named",
          "[server][system_resolver]") {
  fixture f;
  f.start(std::chrono::seconds{60});
  f.ask();
  f.io.run_for(std::chrono::milliseconds{2500});
  if (f.answers != 0)
    return; // a name server runs on this machine
  f.write("nameserver 127.0.0.5\n");
  REQUIRE(run_until(f.io, [&f] { return f.answers == 1; }));
  CHECK(f.asked() == "127.0.0.5:53 ");
}

TEST_CASE("system_resolver: without patience a failure is told at once",
          "[server][system_resolver]") {
  fixture f;
  f.start();
  f.ask();
  REQUIRE(run_until(f.io, [&f] { return f.answers == 1; }));
}

} // namespace system_resolver_test
