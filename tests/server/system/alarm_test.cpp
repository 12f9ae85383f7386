#include "server/system/alarm.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/run_until.hpp"

#include <chrono>

using namespace std::chrono_literals;

namespace spfblock::server::alarm_test {
namespace {

using testing::run_until;

struct fixture {
  boost::asio::io_context io;
  int rings = 0;
  server::alarm bell{io, [this] { ++rings; }};
};

} // namespace

TEST_CASE("alarm: rings at its moment, once", "[server][alarm]") {
  fixture f;
  const auto at = moment::clock::now() + 20ms;
  f.bell.set(at);
  REQUIRE(run_until(f.io, [&] { return f.rings > 0; }));
  CHECK(moment::clock::now() >= at);
  f.io.restart();
  CHECK(f.io.run() == 0); // nothing is waited for any more
  CHECK(f.rings == 1);
}

TEST_CASE("alarm: the earliest moment counts", "[server][alarm]") {
  fixture f;
  const auto now = moment::clock::now();

  SECTION("when a later one was set before") {
    f.bell.set(now + 1h);
    f.bell.set(now + 10ms);
  }
  SECTION("when a later one is set afterwards") {
    f.bell.set(now + 10ms);
    f.bell.set(now + 1h);
  }
  REQUIRE(run_until(f.io, [&] { return f.rings > 0; }));
  f.io.restart();
  CHECK(f.io.run() == 0); // the later one is not waited for
  CHECK(f.rings == 1);
}

TEST_CASE("alarm: a moment that came is forgotten", "[server][alarm]") {
  fixture f;
  f.bell.set(moment::clock::now() - 1s);
  CHECK(f.rings == 0); // not from within the call
  REQUIRE(run_until(f.io, [&] { return f.rings == 1; }));
  f.bell.set(moment::clock::now() + 10ms);
  REQUIRE(run_until(f.io, [&] { return f.rings == 2; }));
}

TEST_CASE("alarm: may be set while it rings", "[server][alarm]") {
  boost::asio::io_context io;
  int rings = 0;
  alarm* again = nullptr;
  server::alarm every{io, [&] {
                        if (++rings < 3)
                          again->set(moment::clock::now());
                      }};
  again = &every;
  every.set(moment::clock::now());
  io.run();
  CHECK(rings == 3);
}

TEST_CASE(
    "alarm: does not ring for a moment that an earlier one replaced, even "
    "if both have come",
    "[server][alarm]") {
  fixture f;
  const auto now = moment::clock::now();
  f.bell.set(now - 1s);
  f.bell.set(now - 2s);
  f.io.run();
  CHECK(f.rings == 1);
}

TEST_CASE("alarm: does not ring after stop()", "[server][alarm]") {
  fixture f;
  f.bell.set(moment::clock::now() - 1s);
  f.bell.stop();
  f.bell.set(moment::clock::now() - 2s);
  f.io.run();
  CHECK(f.rings == 0);
}

TEST_CASE("alarm: does not ring once it is gone", "[server][alarm]") {
  boost::asio::io_context io;
  int rings = 0;
  {
    server::alarm brief{io, [&] { ++rings; }};
    brief.set(moment::clock::now() - 1s);
  }
  io.run();
  CHECK(rings == 0);
}

} // namespace spfblock::server::alarm_test
