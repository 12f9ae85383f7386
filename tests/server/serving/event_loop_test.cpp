#include "server/serving/event_loop.hpp"
#include "server/system/descriptor.hpp"
#include "tests/support/catch.hpp"

#include <array>
#include <chrono>
#include <fcntl.h>
#include <functional>
#include <string>
#include <thread>
#include <unistd.h>

namespace event_loop_test {

using spfblock::server::descriptor;
using spfblock::server::event_loop;
using spfblock::server::readiness;
using std::chrono::milliseconds;

namespace {

/// A pipe whose reading end is watched; notes each call.
class reader final : public event_loop::watcher {
public:
  explicit reader(event_loop& loop) : loop_{loop} {
    std::array<int, 2> ends{};
    REQUIRE(::pipe2(ends.data(), O_CLOEXEC | O_NONBLOCK) == 0);
    from_ = descriptor{ends[0]};
    to_ = descriptor{ends[1]};
    REQUIRE(loop.watch(from_.number(), readiness::readable, *this));
  }

  ~reader() { loop_.unwatch(from_.number()); }
  reader(const reader&) = delete;
  reader& operator=(const reader&) = delete;

  void put(char octet) { REQUIRE(::write(to_.number(), &octet, 1) == 1); }
  void listen() { loop_.change(from_.number(), readiness::readable, *this); }
  void pause() { loop_.change(from_.number(), readiness::none, *this); }

  void ready() override {
    char octet = 0;
    CHECK(::read(from_.number(), &octet, 1) == 1);
    read += octet;
    if (octet == '.')
      loop_.end();
  }

  std::string read;

private:
  event_loop& loop_;
  descriptor from_;
  descriptor to_;
};

} // namespace

TEST_CASE("event_loop: calls as long as a descriptor is ready",
          "[server][event_loop]") {
  event_loop loop;
  reader one{loop};
  for (const char each : {'a', 'b', '.'})
    one.put(each);
  loop.run();
  CHECK(one.read == "ab.");
}

TEST_CASE("event_loop: a descriptor that is not waited for waits",
          "[server][event_loop]") {
  event_loop loop;
  reader one{loop};
  one.put('a');
  one.put('.');
  one.pause();
  loop.after(milliseconds{20}, [&] {
    CHECK(one.read.empty());
    one.listen();
  });
  loop.run();
  CHECK(one.read == "a.");
}

TEST_CASE("event_loop: what was posted by one thread runs in its order",
          "[server][event_loop]") {
  event_loop loop;
  std::string order;
  std::thread other{[&] {
    for (char each = 'a'; each <= 'z'; ++each)
      loop.post([&order, each] { order += each; });
    loop.post([&] { loop.end(); });
  }};
  loop.run();
  other.join();
  CHECK(order == "abcdefghijklmnopqrstuvwxyz");
}

TEST_CASE("event_loop: what is due later runs later, and not too early",
          "[server][event_loop]") {
  event_loop loop;
  std::string order;
  const auto begin = std::chrono::steady_clock::now();
  loop.after(milliseconds{40}, [&] {
    order += 'b';
    loop.end();
  });
  loop.after(milliseconds{10}, [&] { order += 'a'; });
  loop.run();
  CHECK(order == "ab");
  CHECK(std::chrono::steady_clock::now() - begin >= milliseconds{40});
}

TEST_CASE("event_loop: what is due again and again keeps nobody from being "
          "called",
          "[server][event_loop]") {
  event_loop loop;
  reader one{loop};
  for (const char each : {'a', 'b', '.'})
    one.put(each);
  unsigned runs = 0;
  std::function<void()> again = [&] {
    ++runs;
    loop.after(std::chrono::microseconds{0}, again);
  };
  again();
  loop.run();
  CHECK(one.read == "ab.");
  CHECK(runs > 1);
}

TEST_CASE("event_loop: what is posted while it ends is lost without harm",
          "[server][event_loop]") {
  event_loop loop;
  bool ran = false;
  loop.post([&] { loop.end(); });
  loop.run();
  loop.post([&] { ran = true; });
  CHECK_FALSE(ran);
}

} // namespace event_loop_test
