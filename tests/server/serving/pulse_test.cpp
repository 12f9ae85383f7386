#include "server/serving/pulse.hpp"
#include "tests/support/catch.hpp"

#include <boost/asio/executor_work_guard.hpp>

#include <future>
#include <memory>

namespace pulse_test {

using namespace spfblock;
using namespace spfblock::server;
using std::chrono::milliseconds;
using std::chrono::seconds;

namespace {

/// Two serving threads, of which one can be held up, and a pulse.
struct beating {
  explicit beating(milliseconds interval) {
    threads.start();
    heart.start(interval, [this] {
      ++beats;
      io.stop();
    });
  }

  /// Lets the controlling thread run until the next beat.
  /// @return whether there was one
  bool beats_within(milliseconds patience) {
    const int before = beats;
    io.restart();
    io.run_for(patience);
    return beats > before;
  }

  log_sink log;
  published<table::snapshot> table{std::make_shared<const table::snapshot>()};
  boost::asio::io_context io;
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type>
      signals{io.get_executor()}; ///< what io waits for elsewhere
  serving_threads threads{2, table, log};
  pulse heart{io, threads};
  int beats = 0;
};

} // namespace

TEST_CASE("pulse: beats in rounds, the first one at once", "[server][pulse]") {
  const auto begin = std::chrono::steady_clock::now();
  beating f{milliseconds{20}};
  for (int i = 0; i < 4; ++i)
    REQUIRE(f.beats_within(seconds{60}));
  CHECK(std::chrono::steady_clock::now() - begin >= milliseconds{60});
}

TEST_CASE("pulse: one serving thread that hangs stops it, and it beats again "
          "when the thread does",
          "[server][pulse]") {
  beating f{milliseconds{1}};
  REQUIRE(f.beats_within(seconds{60}));

  std::promise<void> hung;
  std::promise<void> mended;
  f.threads.all().back()->run([&] {
    hung.set_value();
    mended.get_future().wait();
  });
  hung.get_future().wait();
  // One round may have had its answers before.
  f.beats_within(seconds{1});
  CHECK_FALSE(f.beats_within(milliseconds{200}));

  mended.set_value();
  CHECK(f.beats_within(seconds{60}));
}

TEST_CASE("pulse: is silent once it is stopped", "[server][pulse]") {
  beating f{milliseconds{1}};
  REQUIRE(f.beats_within(seconds{60}));
  f.heart.stop();
  CHECK_FALSE(f.beats_within(milliseconds{50}));
}

TEST_CASE("pulse: a thread that answers when it is gone does no harm",
          "[server][pulse]") {
  beating f{seconds{60}};
  std::promise<void> hung;
  std::promise<void> mended;
  std::promise<void> answered;
  f.threads.all().back()->run([&] {
    hung.set_value();
    mended.get_future().wait();
  });
  hung.get_future().wait();
  auto heart = std::make_unique<pulse>(f.io, f.threads);
  heart->start(seconds{60}, [] {});
  heart.reset();
  mended.set_value();
  f.threads.all().back()->run([&] { answered.set_value(); });
  answered.get_future().wait();
}

} // namespace pulse_test
