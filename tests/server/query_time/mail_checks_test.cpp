#include "server/query_time/mail_checks.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/fixed_resolver.hpp"
#include "tests/support/run_until.hpp"
#include "tests/support/told_judge.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <thread>

namespace mail_checks_test {

using namespace spfblock;
using namespace spfblock::server;
using namespace std::chrono_literals;
using query_time::claim;
using query_time::verdict;

namespace {

/// The judge of a.test, whose record passes 46.0.0.1, and its DNS.
struct fixture {
  explicit fixture(std::chrono::milliseconds wait = 1h,
                   std::size_t most = spf::asked_checks::most_bytes)
      : judge{io, log, table, most} {
    config::log_settings quiet;
    quiet.level = level::error;
    log.configure(quiet);
    apply(wait);
  }
  ~fixture() { judge.stop(); }

  void apply(std::chrono::milliseconds wait) {
    judge.apply({config::unknown_mail::pass, wait}, true, dns,
                [](const dns::name& /*domain*/) { return spf::rules{}; });
  }

  static claim of(std::string_view client) {
    return {*dns::name::from_text("a.test"),
            *net::ip_address::parse(client),
            {},
            {}};
  }

  /// Waits for a claim.
  /// @return whether it is to be waited for
  bool await(const claim& what) {
    return judge.await(what, [this] { ++told; }).has_value();
  }

  template <class Done>
  bool runs_until(Done done) {
    return testing::run_until(io, done);
  }

  boost::asio::io_context io;
  log_sink log;
  published<table::snapshot> table{testing::table_with_claims()};
  std::shared_ptr<testing::fixed_resolver> dns =
      std::make_shared<testing::fixed_resolver>(
          [this](std::function<void()> what) {
            boost::asio::post(io, std::move(what));
          },
          "a.test. 300 TXT \"v=spf1 exists:%{i}.x.test -all\"\n"
          "46.0.0.1.x.test. 300 A 127.0.0.2\n"
          "46.0.0.2.y.test. 300 A 127.0.0.2\n");
  mail_checks judge;
  int told = 0;
};

const claim passing = fixture::of("46.0.0.1");
const claim other = fixture::of("46.0.0.2");

} // namespace

TEST_CASE("mail_checks: who waits is told once it is known, and nobody waits "
          "for what is",
          "[server][mail_checks]") {
  fixture f;
  CHECK(f.judge.lets_wait());
  CHECK(f.judge.say(passing) == verdict::sought);
  CHECK(f.await(passing));
  CHECK(f.await(passing));
  CHECK(f.told == 0);
  REQUIRE(f.runs_until([&] { return f.told > 0; }));
  CHECK(f.told == 2);
  CHECK(f.judge.say(passing) == verdict::passes);
  CHECK_FALSE(f.await(passing));

  CHECK(f.judge.say(other) == verdict::sought);
  CHECK(f.await(other));
  REQUIRE(f.runs_until([&] { return f.told > 2; }));
  CHECK(f.judge.say(other) == verdict::does_not);
}

TEST_CASE("mail_checks: nobody waits unless it is set",
          "[server][mail_checks]") {
  fixture f{0ms};
  CHECK_FALSE(f.judge.lets_wait());
  CHECK(f.judge.say(passing) == verdict::sought);
  CHECK_FALSE(f.await(passing));
  REQUIRE(
      f.runs_until([&] { return f.judge.say(passing) == verdict::passes; }));
}

TEST_CASE("mail_checks: a claim is waited for during one time, however many "
          "wait for it",
          "[server][mail_checks]") {
  fixture f{1ms};
  f.dns->hold("a.test");
  CHECK(f.judge.say(passing) == verdict::sought);
  CHECK(f.await(passing));
  std::this_thread::sleep_for(2ms);
  CHECK(f.judge.say(passing) == verdict::sought);
  CHECK_FALSE(f.await(passing));
  CHECK(f.await(other));
  f.dns->release();
  REQUIRE(f.runs_until([&] { return f.told > 0; }));
}

TEST_CASE("mail_checks: no more wait than may", "[server][mail_checks]") {
  fixture f;
  f.dns->hold("a.test");
  for (std::size_t i = 0; i < mail_checks::most_waiting; ++i)
    REQUIRE(f.await(i % 2 == 0 ? passing : other));
  CHECK_FALSE(f.await(passing));
  CHECK_FALSE(f.await(fixture::of("46.0.0.3")));

  CHECK(f.judge.say(passing) == verdict::sought);
  f.dns->release();
  REQUIRE(
      f.runs_until([&] { return f.told == mail_checks::most_waiting / 2; }));
  CHECK(f.await(fixture::of("46.0.0.3")));
}

TEST_CASE("mail_checks: a name server that fails, another configuration and "
          "the end of the service release who waits",
          "[server][mail_checks]") {
  fixture f;
  f.dns->fail("a.test");
  CHECK(f.judge.say(passing) == verdict::sought);
  CHECK(f.await(passing));
  REQUIRE(f.runs_until([&] { return f.told == 1; }));
  CHECK(f.judge.say(passing) == verdict::open);
  CHECK_FALSE(f.await(passing));

  CHECK(f.await(other));
  f.apply(1h);
  CHECK(f.told == 2);
  CHECK(f.await(other)); // anew

  f.judge.stop();
  CHECK(f.told == 3);
  CHECK_FALSE(f.await(other));
}

TEST_CASE("mail_checks: who waits for what is listed no more is told",
          "[server][mail_checks]") {
  fixture f;
  CHECK(f.judge.say(passing) == verdict::sought);
  CHECK(f.await(passing));
  f.table.store(std::make_shared<const table::snapshot>());
  REQUIRE(f.runs_until([&] { return f.told == 1; }));
}

TEST_CASE("mail_checks: counts what is known of claims, and who waits",
          "[server][mail_checks]") {
  fixture f;
  static_cast<void>(f.judge.say(passing));
  CHECK(f.await(passing));
  REQUIRE(f.runs_until([&] { return f.told == 1; }));
  static_cast<void>(f.judge.say(passing));
  static_cast<void>(f.judge.say(other));
  REQUIRE(f.runs_until([&] { return f.judge.totals().checks.ended() == 2; }));
  static_cast<void>(f.judge.say(other));
  const auto told = f.judge.totals();
  CHECK(told == query_time::totals{1, 1, 2, 0, 1, {1, 1, 0, 1, 0}});

  f.apply(1h); // goes on counting
  CHECK(f.judge.totals() == told);
  for (unsigned i = 0; i <= mail_checks::most_posted; ++i)
    static_cast<void>(f.judge.say(passing));
  CHECK(f.judge.totals().sought == told.sought + mail_checks::most_posted);
  CHECK(f.judge.totals().open == 1);
  CHECK(f.judge.totals().checks.over_budget == 1);
}

TEST_CASE(
    "mail_checks: what checks hold together is bounded, which is counted, "
    "and each comes to its end",
    "[server][mail_checks]") {
  constexpr std::size_t most = 60'000;
  fixture f{1h, most};
  std::string padding;
  for (int i = 0; i < 200; ++i) // of 40,000 octets
    padding += " \"" + std::string(200, 'x') + '"';
  f.dns->change("a.test. 300 TXT \"v=spf1 include:b.test -all x=\"" + padding +
                "\nb.test. 300 TXT \"v=spf1 exists:%{i}.x.test -all\"\n"
                "46.0.0.1.x.test. 300 A 127.0.0.2\n");
  const claim third = fixture::of("46.0.0.3");
  for (const claim& each : {passing, other, third}) {
    CHECK(f.judge.say(each) == verdict::sought);
    CHECK(f.await(each));
  }
  REQUIRE(f.runs_until([&] { return f.told == 3; }));
  CHECK(f.judge.say(passing) == verdict::passes);
  CHECK(f.judge.say(other) == verdict::does_not);
  CHECK(f.judge.say(third) == verdict::does_not);
  CHECK(f.judge.totals().checks.put_aside > 0);
}

} // namespace mail_checks_test
