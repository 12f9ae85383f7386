// Tests also: asio.
#include "server/system/descriptor.hpp"
#include "server/system/poller.hpp"
#include "tests/support/catch.hpp"

#include <array>
#include <cerrno>
#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <sys/socket.h>
#include <thread>

namespace poller_test {

using spfblock::server::descriptor;
using spfblock::server::poller;
using spfblock::server::readiness;
using std::chrono::milliseconds;
using std::chrono::seconds;

namespace {

/// Two connected sockets.
struct connected {
  connected() {
    std::array<int, 2> ends{};
    REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0,
                         ends.data()) == 0);
    ours = descriptor{ends[0]};
    theirs = descriptor{ends[1]};
  }

  descriptor ours;
  descriptor theirs;
};

struct noting final : poller::watcher {
  void ready() override {
    const auto kept = called; // it may end with this
    kept();
  }
  std::function<void()> called;
};

bool send_to(const descriptor& peer) {
  return ::send(peer.number(), "x", 1, MSG_NOSIGNAL) == 1;
}

/// What would wait for ever fails the test instead.
constexpr seconds at_most{30};

} // namespace

TEST_CASE("poller: wait() ends by wake() from another thread, and says so once",
          "[server][poller]") {
  poller tested;
  std::thread other{[&] { tested.wake(); }};
  bool woken = false;
  while (!woken)
    woken = tested.wait(std::nullopt);
  other.join();
  CHECK(woken);
  CHECK_FALSE(tested.wait(milliseconds{0}));
}

TEST_CASE("poller: a wait() that begins after wake() ends too",
          "[server][poller]") {
  poller tested;
  tested.wake();
  CHECK(tested.wait(std::nullopt));
}

TEST_CASE("poller: waits no longer than it was told", "[server][poller]") {
  poller tested;
  CHECK_FALSE(tested.wait(milliseconds{1}));
  CHECK_FALSE(tested.wait(milliseconds{0}));
  CHECK_FALSE(tested.wait(milliseconds{-5}));
}

TEST_CASE("poller: waits for less than a millisecond, and not for nothing",
          "[server][poller]") {
  poller tested;
  const auto begin = std::chrono::steady_clock::now();
  constexpr std::chrono::microseconds each{200};
  constexpr int times = 50;
  for (int i = 0; i < times; ++i)
    CHECK_FALSE(tested.wait(each));
  CHECK(std::chrono::steady_clock::now() - begin >= times * each);
}

TEST_CASE("poller: one that only waits to write is told at once, and of what "
          "arrives when it waits for that",
          "[server][poller]") {
  poller tested;
  const connected pair;
  noting client;
  std::string calls;
  client.called = [&] {
    char octet = '-';
    ::recv(pair.ours.number(), &octet, 1, 0);
    calls += octet;
    tested.change(pair.ours.number(), readiness::readable, client);
  };
  REQUIRE(tested.watch(pair.ours.number(), readiness::writable, client));
  while (calls.empty())
    tested.wait(at_most);
  tested.wait(milliseconds{0});
  CHECK(calls == "-");
  REQUIRE(send_to(pair.theirs));
  while (calls.size() == 1)
    tested.wait(at_most);
  CHECK(calls == "-x");
  tested.unwatch(pair.ours.number());
}

TEST_CASE("poller: a peer that is gone makes a descriptor ready",
          "[server][poller]") {
  const readiness wanted = GENERATE(readiness::readable, readiness::writable);
  poller tested;
  connected pair;
  noting reader;
  bool called = false;
  reader.called = [&] { called = true; };
  REQUIRE(tested.watch(pair.ours.number(), wanted, reader));
  pair.theirs = descriptor{};
  while (!called)
    tested.wait(at_most);
  CHECK(called);
  tested.unwatch(pair.ours.number());
}

TEST_CASE("poller: a watcher may go and close its descriptor by its own call, "
          "and the number may be watched anew",
          "[server][poller]") {
  poller tested;
  auto pair = std::make_unique<connected>();
  auto first = std::make_unique<noting>();
  const int number = pair->ours.number();
  first->called = [&] {
    tested.unwatch(number);
    const auto gone = std::move(first);
    pair = nullptr;
  };
  REQUIRE(tested.watch(number, readiness::readable, *first));
  REQUIRE(send_to(pair->theirs));
  while (pair != nullptr)
    tested.wait(at_most);

  pair = std::make_unique<connected>();
  REQUIRE(pair->ours.number() == number);
  noting second;
  unsigned calls = 0;
  second.called = [&] { ++calls; };
  REQUIRE(tested.watch(number, readiness::readable, second));
  tested.wait(milliseconds{0});
  CHECK(calls == 0);
  REQUIRE(send_to(pair->theirs));
  while (calls == 0)
    tested.wait(at_most);
  tested.unwatch(number);
}

TEST_CASE("poller: refuses what is no descriptor", "[server][poller]") {
  poller tested;
  noting nobody;
  errno = 0;
  CHECK_FALSE(tested.watch(-1, readiness::readable, nobody));
  CHECK(errno == EBADF);
}

} // namespace poller_test
