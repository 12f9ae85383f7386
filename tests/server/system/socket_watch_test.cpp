#include "server/system/descriptor.hpp"
#include "server/system/socket_watch.hpp"
#include "tests/support/catch.hpp"

#include <array>
#include <cerrno>
#include <map>
#include <memory>
#include <sys/socket.h>

namespace socket_watch_test {

using spfblock::server::descriptor;
using spfblock::server::socket_watch;

namespace {

/// Two connected datagram sockets.
struct connected {
  connected() {
    std::array<int, 2> ends{};
    REQUIRE(::socketpair(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0, ends.data()) ==
            0);
    ours = descriptor{ends[0]};
    theirs = descriptor{ends[1]};
  }

  void send() const {
    REQUIRE(::send(theirs.number(), "x", 1, MSG_NOSIGNAL) == 1);
  }
  [[nodiscard]] bool receive() const {
    char octet = 0;
    return ::recv(ours.number(), &octet, 1, MSG_DONTWAIT) == 1;
  }

  descriptor ours;
  descriptor theirs;
};

} // namespace

TEST_CASE("socket_watch: tells of each socket as often as something is there, "
          "and lets the io_context end with the last one",
          "[server][socket_watch]") {
  boost::asio::io_context io;
  std::map<socket_watch::key, connected> sockets;
  std::map<socket_watch::key, int> received;
  socket_watch tested{io, [&](socket_watch::key at) {
                        connected& there = sockets[at];
                        if (!there.receive() || ++received[at] < 2)
                          return;
                        tested.unwatch(there.ours.number());
                        there.ours = descriptor{};
                      }};
  for (const socket_watch::key each : {7U, 1U << 31U, 0U}) {
    REQUIRE(tested.watch(sockets[each].ours.number(), each));
    sockets[each].send();
    sockets[each].send();
  }
  io.run();
  CHECK(received ==
        std::map<socket_watch::key, int>{{7U, 2}, {1U << 31U, 2}, {0U, 2}});
}

TEST_CASE("socket_watch: watches again after the last socket has gone",
          "[server][socket_watch]") {
  boost::asio::io_context io;
  connected pair;
  socket_watch::key told = 0;
  socket_watch tested{io, [&](socket_watch::key at) {
                        told = at;
                        tested.unwatch(pair.ours.number());
                        pair = connected{};
                        if (at == 3)
                          return;
                        pair.send();
                        REQUIRE(tested.watch(pair.ours.number(), at + 1));
                      }};
  REQUIRE(tested.watch(pair.ours.number(), 1));
  pair.send();
  io.run();
  CHECK(told == 3);
}

TEST_CASE("socket_watch: what it calls may destroy it",
          "[server][socket_watch]") {
  boost::asio::io_context io;
  const connected one;
  const connected other;
  int calls = 0;
  std::unique_ptr<socket_watch> tested;
  tested = std::make_unique<socket_watch>(io, [&](socket_watch::key /*at*/) {
    ++calls;
    tested = nullptr;
  });
  REQUIRE(tested->watch(one.ours.number(), 1));
  REQUIRE(tested->watch(other.ours.number(), 2));
  one.send();
  other.send();
  io.run();
  CHECK(calls == 1);
}

TEST_CASE("socket_watch: refuses what is no descriptor",
          "[server][socket_watch]") {
  boost::asio::io_context io;
  socket_watch tested{io, [](socket_watch::key /*at*/) {}};
  errno = 0;
  CHECK_FALSE(tested.watch(-1, 1));
  CHECK(errno == EBADF);
  CHECK(io.run() == 0);
}

} // namespace socket_watch_test
