#include "server/system/asio_endpoint.hpp"
#include "server/system/inherited_sockets.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/child_process.hpp"
#include "tests/support/serving.hpp"

#include <string>
#include <vector>

namespace inherited_sockets_test {

using namespace spfblock;
using namespace spfblock::server;
using namespace spfblock::testing;

TEST_CASE("inherited_sockets: takes what this process was given, by address",
          "[server][inherited_sockets][systemd]") {
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

} // namespace inherited_sockets_test
