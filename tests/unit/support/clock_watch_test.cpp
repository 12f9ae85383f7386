#include "core/support/clock_watch.hpp"
#include "tests/support/catch.hpp"

#include <chrono>
#include <optional>

namespace clock_watch_test {

using namespace spfblock;
using namespace std::chrono_literals;
using std::chrono::seconds;

namespace {

struct fixture {
  timestamp now{moment{5000h},
                std::chrono::sys_days{std::chrono::year{2026} / 11 / 24}};
  clock_watch watch{now};

  /// Both clocks go on, the calendar by so much more.
  std::optional<seconds> pass(moment::duration time, seconds more = 0s) {
    now.steady += time;
    now.wall += std::chrono::floor<seconds>(time) + more;
    return watch.look(now);
  }
};

} // namespace

TEST_CASE("clock_watch: a calendar that goes on as time does is not set",
          "[support][clock_watch]") {
  fixture f;
  CHECK_FALSE(f.watch.look(f.now));
  for (const auto time : {1ns, moment::duration{15s}, moment::duration{30h}})
    CHECK_FALSE(f.pass(time));
}

TEST_CASE("clock_watch: how far it was set is told once",
          "[support][clock_watch]") {
  fixture f;
  const seconds by = GENERATE(seconds{3h}, seconds{-3h}, seconds{-500'000h},
                              clock_watch::least, -clock_watch::least);
  CAPTURE(by.count());
  CHECK(f.pass(15s, by) == by);
  CHECK_FALSE(f.pass(15s));
  CHECK_FALSE(f.watch.look(f.now));
}

TEST_CASE("clock_watch: what is slewed never adds up",
          "[support][clock_watch]") {
  fixture f;
  for (int i = 0; i < 100; ++i)
    CHECK_FALSE(f.pass(30s, i % 2 == 0 ? 5s : 9s));
}

} // namespace clock_watch_test
