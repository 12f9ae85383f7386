#include "server/system/patience.hpp"
#include "tests/support/catch.hpp"

#include <chrono>
#include <future>
#include <memory>
#include <string>
#include <thread>

namespace patience_test {

using namespace spfblock;
using namespace spfblock::server;
using namespace std::chrono_literals;

TEST_CASE("patience: only what a file is waited for counts",
          "[server][patience]") {
  reading by;
  CHECK(by.left(1h) == 1h);
  std::this_thread::sleep_for(2ms);
  CHECK(by.left(1h) == 1h); // nothing is waited for yet
  by.waits_for("a");
  std::this_thread::sleep_for(2ms);
  by.works();
  const auto left = by.left(1h);
  CHECK(left <= 1h - 2ms);
  std::this_thread::sleep_for(2ms);
  CHECK(by.left(1h) == left);

  SECTION("from file to file") {
    by.waits_for("b");
    by.waits_for("c");
    std::this_thread::sleep_for(2ms);
    CHECK(by.left(1h) <= left - 2ms);
    CHECK(by.left(1ms) == 0ms);
    CHECK(by.path() == "c");
  }
}

TEST_CASE("patience: what comes may take longer, the more it is",
          "[server][patience]") {
  reading by;
  by.waits_for("a");
  by.works();
  CHECK(by.allowed(10s) == 10s);
  for (int i = 0; i < 5; ++i)
    by.got(reading::slowest_disk);
  CHECK(by.allowed(10s) == 15s);
  CHECK(by.left(10s) > 14s);
  CHECK(no_end_within(by, 10s) == "did not come to its end within 15 s");
}

TEST_CASE("patience: work is waited for as long as it takes",
          "[server][patience]") {
  auto work = begun_aside([](reading& /*by*/) {
    std::this_thread::sleep_for(100ms);
    return std::string{"done"};
  });
  REQUIRE(work.is_done_within(1ms));
  CHECK(work.is_done());
  CHECK(work.take() == "done");
}

TEST_CASE("patience: a file of which nothing comes is waited for no longer",
          "[server][patience]") {
  const auto end = std::make_shared<std::promise<void>>();
  auto work = begun_aside([ended = end->get_future()](reading& by) {
    by.waits_for("/nfs/a");
    ended.wait();
    by.works();
    return 7;
  });
  CHECK_FALSE(work.is_done_within(50ms));
  CHECK_FALSE(work.is_done());
  CHECK(work.by().path() == "/nfs/a");
  // It is left behind, and may end after all.
  end->set_value();
  REQUIRE(work.is_done_within(1h));
  CHECK(work.take() == 7);
}

} // namespace patience_test
