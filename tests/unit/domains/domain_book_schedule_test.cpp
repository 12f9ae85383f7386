#include "core/domains/domain_book.hpp"
#include "tests/support/book_fixture.hpp"
#include "tests/support/catch.hpp"

#include <string>
#include <tuple>
#include <vector>

namespace domain_book_schedule_test {

using namespace spfblock;
using namespace spfblock::testing;
using namespace std::chrono_literals;
using std::chrono::seconds;

namespace {

std::chrono::sys_days day_of(std::chrono::sys_seconds at) {
  return std::chrono::floor<std::chrono::days>(at);
}

} // namespace

TEST_CASE("a domain is due at its moment and not an instant before",
          "[table][domain_book]") {
  book_fixture f{settings_of({"a.example"})};
  f.take_due();
  const auto due = f.settle(expanded("a.example", "192.0.2.0/24")).due;
  REQUIRE(due);
  CHECK(f.book.next_due(f.now) == due);
  f.pass_until(*due - instant);
  CHECK(f.take_due().empty());
  f.pass_until(*due);
  CHECK(f.take_due() == "a.example");
}

TEST_CASE("next_due is the earliest moment of those not being expanded",
          "[table][domain_book]") {
  book_fixture f{settings_of({"a.example", "b.example", "c.example"})};
  f.take_due();
  f.settle(expanded("a.example", "", 2000));
  CHECK(f.book.next_due(f.now) == f.now.steady + 2000s);
  f.settle(expanded("b.example", "", 1000));
  CHECK(f.book.next_due(f.now) == f.now.steady + 1000s);
  f.settle(expanded("c.example", "", 3000));
  CHECK(f.next() == "b.example");
  CHECK(f.book.next_due(f.now) == beginning.steady + 2000s);
}

TEST_CASE("who asks much is looked at less often, whether it fails or not",
          "[table][domain_book]") {
  book_fixture f{settings_of({"a.example"})};
  auto dear = expanded("a.example", "192.0.2.0/24", 60);
  dear.questions = 4000;
  f.take_due();
  f.settle(dear);
  CHECK(f.book.next_due(f.now) == f.now.steady + 1000s);
  f.look(undecided(dear));
  CHECK(f.book.next_due(f.now) == f.now.steady + 1000s);
  auto failed = failing("a.example");
  failed.questions = 1'000'000;
  f.look(failed);
  CHECK(f.book.next_due(f.now) == f.now.steady + 1h);
}

TEST_CASE(
    "whose record is dear is looked at less often, whether it fails or not",
    "[table][domain_book]") {
  book_fixture f{settings_of({"a.example"})};
  auto dear = expanded("a.example", "45.0.0.1", 60);
  dear.work = 90'000'000;
  f.look(dear);
  CHECK(f.page().due == f.now.steady + 900s);
  auto failed = failing("a.example");
  failed.work = 90'000'000;
  f.look(failed);
  CHECK(f.page().due == f.now.steady + 900s);
}

TEST_CASE(
    "quiet_since is when an expansion last began or ended, as long as one "
    "is under way",
    "[table][domain_book]") {
  book_fixture f{settings_of({"a.example", "b.example"})};
  CHECK_FALSE(f.book.quiet_since());
  f.pass(10s);
  f.take_due();
  CHECK(f.book.quiet_since() == beginning.steady + 10s);
  f.pass(10s);
  f.take_due(); // none
  CHECK(f.book.quiet_since() == beginning.steady + 10s);
  f.settle(expanded("a.example", ""));
  CHECK(f.book.quiet_since() == beginning.steady + 20s);
  f.pass(10s);
  f.settle(failing("b.example"));
  CHECK_FALSE(f.book.quiet_since());
}

TEST_CASE("the next refresh follows the TTL within minimum and interval",
          "[table][domain_book]") {
  struct row {
    bool follow_ttl;
    seconds minimum;
    seconds interval;
    std::uint32_t ttl;
    seconds wait;
  };
  const auto given = GENERATE(values<row>({
      {true, 300s, 3600s, 600, 600s},
      {true, 300s, 3600s, 300, 300s},
      {true, 300s, 3600s, 299, 300s},
      {true, 300s, 3600s, 0, 300s},
      {true, 300s, 3600s, 3600, 3600s},
      {true, 300s, 3600s, 3601, 3600s},
      {true, 300s, 3600s, UINT32_MAX, 3600s},
      {true, 7200s, 3600s, 60, 3600s}, // interval is the longest time
      {false, 300s, 3600s, 0, 3600s},
      {false, 300s, 3600s, 600, 3600s},
      {false, 300s, 3600s, 86400, 3600s},
  }));
  CAPTURE(given.follow_ttl, given.minimum.count(), given.ttl);
  config::settings settings = settings_of({"a.example"});
  settings.refresh.follow_ttl = given.follow_ttl;
  settings.refresh.minimum = given.minimum;
  settings.refresh.interval = given.interval;
  book_fixture f{settings};
  f.take_due();
  const auto led_to = f.settle(expanded("a.example", "", given.ttl));
  REQUIRE(led_to.due);
  CHECK(*led_to.due == f.now.steady + given.wait);
  CHECK(f.page().due == *led_to.due);
}

TEST_CASE("retries come after `retry`, doubling up to `interval`",
          "[table][domain_book]") {
  struct row {
    seconds retry;
    seconds interval;
    std::vector<seconds> waits;
  };
  const auto given = GENERATE(values<row>({
      {120s, 3600s, {120s, 240s, 480s, 960s, 1920s, 3600s, 3600s, 3600s}},
      {120s, 480s, {120s, 240s, 480s, 480s}},
      {120s, 479s, {120s, 240s, 479s, 479s}},
      {60s, 60s, {60s, 60s}},
      {90s, 60s, {60s, 60s}},
      {1s, 3s, {1s, 2s, 3s, 3s}},
  }));
  config::settings settings = settings_of({"a.example"});
  settings.refresh.retry = given.retry;
  settings.refresh.interval = given.interval;
  book_fixture f{settings};
  for (const seconds wait : given.waits) {
    CHECK(f.next() == "a.example");
    const auto led_to = f.settle(failing("a.example"));
    REQUIRE(led_to.due);
    CHECK(*led_to.due == f.now.steady + wait);
  }
  CHECK(f.page().failures == given.waits.size());
  // A good answer starts the row anew.
  f.settle_next(expanded("a.example", ""));
  CHECK(f.page().failures == 0);
  const auto again = f.settle_next(failing("a.example"));
  CHECK(again.due == f.now.steady + given.waits.front());
}

TEST_CASE("a thousand failures do not make the wait overflow",
          "[table][domain_book]") {
  config::settings settings = settings_of({"a.example"});
  settings.refresh.interval = 30 * 24h;
  book_fixture f{settings};
  for (int i = 0; i < 1000; ++i)
    f.settle_next(failing("a.example"));
  CHECK(f.page().due == f.now.steady + settings.refresh.interval);
}

TEST_CASE(
    "an entry ends at the beginning of its day, and next_due wakes for it",
    "[table][domain_book]") {
  config::settings settings = settings_of({"a.example", "b.example"});
  settings.domains[0].until = day_of(beginning.wall) + std::chrono::days{2};
  settings.refresh.interval = 30 * 24h;
  book_fixture f{settings};
  f.look(expanded("a.example", "192.0.2.0/24", 30 * 86400));
  f.look(expanded("b.example", "198.51.100.0/24", 30 * 86400));
  CHECK(f.book.next_due(f.now) == beginning.steady + 48h);

  f.pass(48h - instant);
  CHECK_FALSE(f.book.remove_ended(f.now).listing_changed);
  CHECK(f.published() == "a.example 192.0.2.0/24; b.example 198.51.100.0/24");
  f.pass(instant);
  const auto ended = f.book.remove_ended(f.now);
  CHECK(ended.listing_changed);
  CHECK(ended.worth_saving);
  CHECK(told(ended) == "entry ended");
  CHECK(lines_of(ended, "entry ended") == "entry ended domain=a.example\n");
  CHECK(f.published() == "b.example 198.51.100.0/24");
  CHECK(f.book.next_due(f.now) == f.page().due);
  CHECK(f.book.remove_ended(f.now).events.empty());

  // A reload does not bring it back.
  f.apply(settings);
  CHECK(f.book.domains().size() == 1);
}

TEST_CASE("an ended entry is told once, however often it comes with a reload",
          "[table][domain_book]") {
  config::settings settings = settings_of({"a.example", "b.example"});
  settings.domains[0].until = day_of(beginning.wall) + std::chrono::days{1};
  book_fixture f{settings};
  f.pass(24h);
  CHECK(lines_of(f.apply(settings), "entry ended") ==
        "entry ended domain=a.example\n");
  CHECK(f.apply(settings).events.empty());
  f.book.remove_ended(f.now);
  CHECK(f.apply(settings).events.empty());
  CHECK(f.book.domains().size() == 1);

  // A later day makes it an entry like any other.
  auto prolonged = settings;
  prolonged.domains[0].until =
      *settings.domains[0].until + std::chrono::days{1};
  CHECK(f.apply(prolonged).events.empty());
  CHECK(f.book.domains().size() == 2);
  f.pass(24h);
  CHECK(told(f.book.remove_ended(f.now)) == "entry ended");
  CHECK(f.apply(prolonged).events.empty());
}

TEST_CASE("an entry that has ended before the start is told at the start",
          "[table][domain_book]") {
  config::settings settings = settings_of({"a.example", "b.example"});
  settings.domains[0].until = day_of(beginning.wall);
  domain_book book;
  CHECK(told(book.apply(settings, {}, beginning)) == "entry ended");
  CHECK(told(book.apply(settings, {}, beginning)).empty());
}

TEST_CASE("a network listed by hand ends with its day, and is told once",
          "[domains][domain_book]") {
  auto settings = settings_of({});
  settings.networks = {by_hand("45.120.1.0/24"), by_hand("45.120.2.0/24")};
  settings.networks[0].until = day_of(beginning.wall) + std::chrono::days{2};
  book_fixture f{settings};
  CHECK(f.book.next_due(f.now) == f.now.steady + 48h);
  f.pass(48h - 1s);
  CHECK_FALSE(f.book.remove_ended(f.now).listing_changed);
  CHECK(f.book.listings().size() == 2);

  f.pass(1s);
  const auto ended = f.book.remove_ended(f.now);
  CHECK(ended.listing_changed);
  CHECK(lines_of(ended, "entry ended") == "entry ended domain=45.120.1.0/24\n");
  CHECK(f.book.listings().size() == 1);
  CHECK_FALSE(f.book.next_due(f.now));

  CHECK(lines_of(f.apply(settings), "entry ended").empty());
  CHECK(f.book.listings().size() == 1);
}

TEST_CASE("an entry that ends while it is expanded is not settled any more",
          "[table][domain_book]") {
  config::settings settings = settings_of({"a.example"});
  settings.domains[0].until = day_of(beginning.wall) + std::chrono::days{1};
  book_fixture f{settings};
  f.take_due();
  f.pass(24h);
  f.book.remove_ended(f.now);
  CHECK(f.book.expanding() == 0);
  CHECK_FALSE(f.settle(expanded("a.example", "192.0.2.0/24")).listing_changed);
  CHECK(f.published().empty());
  CHECK_FALSE(f.book.next_due(f.now));
}

TEST_CASE("a day that lies too far ahead for a moment wakes nobody",
          "[table][domain_book]") {
  config::settings settings = settings_of({"a.example"});
  settings.domains[0].until =
      std::chrono::sys_days{std::chrono::year{9999} / 12 / 31};
  book_fixture f{settings};
  f.look(expanded("a.example", "192.0.2.0/24"));
  CHECK(f.book.next_due(f.now) == f.page().due);
  f.take_due();
  f.pass(1h);
  f.take_due();
  CHECK(f.book.next_due(f.now) > f.now.steady);
}

TEST_CASE("the day of `until` is the calendar's, whatever jumps",
          "[table][domain_book]") {
  config::settings settings = settings_of({"a.example"});
  settings.domains[0].until =
      std::chrono::sys_days{std::chrono::year{2027} / 1 / 1};
  book_fixture f{settings};
  f.look(expanded("a.example", "192.0.2.0/24"));
  f.now.wall -= 10 * 365 * 24h;
  CHECK(f.book.remove_ended(f.now).events.empty());
  f.now.wall += 20 * 365 * 24h;
  CHECK(f.book.next_due(f.now) == f.now.steady); // due, not overdue
  CHECK(told(f.book.remove_ended(f.now)) == "entry ended");
}

TEST_CASE(
    "what ended by a wrong calendar is there again when the configuration "
    "is applied by the right one",
    "[table][domain_book]") {
  config::settings settings = settings_of({"a.example", "b.example"});
  const auto tomorrow = day_of(beginning.wall) + std::chrono::days{1};
  settings.domains[0].until = tomorrow;
  settings.networks = {by_hand("203.0.113.0/24")};
  settings.networks[0].until = tomorrow;
  settings.allow.networks = {
      {*net::ip_prefix::parse("198.51.100.7/32"), tomorrow}};
  book_fixture f{settings};
  f.look(expanded("a.example", "192.0.2.0/24"));
  f.look(expanded("b.example", "198.51.100.7"));
  const std::string all =
      "203.0.113.0/24 203.0.113.0/24; a.example 192.0.2.0/24";
  CHECK(f.published() == all);

  f.now.wall += std::chrono::years{10};
  CHECK(told(f.book.remove_ended(f.now)) ==
        "entry ended; entry ended; entry ended; listing changed");
  CHECK(f.published() == "b.example 198.51.100.7/32");
  f.now.wall -= std::chrono::years{10};
  CHECK(f.book.remove_ended(f.now).events.empty()); // it knows of them no more
  const auto again = f.apply(settings);
  CHECK(again.listing_changed);
  CHECK(f.published() == "203.0.113.0/24 203.0.113.0/24");
  f.look(expanded("a.example", "192.0.2.0/24"));
  CHECK(f.published() == all);
}

TEST_CASE("looks are spread by chance over the last tenth of the wait",
          "[table][domain_book]") {
  double fraction = 0;
  book_fixture f{settings_of({"a.example"}), [&fraction] { return fraction; }};
  for (const auto& [chance, ttl, wait] :
       {std::tuple{0.0, 3600U, 3600s}, std::tuple{0.5, 3600U, 3420s},
        std::tuple{1.0, 3600U, 3240s}, std::tuple{1.0, 330U, 300s},
        std::tuple{1.0, 0U, 300s}}) {
    CAPTURE(chance, ttl);
    fraction = chance;
    const auto due = f.look(expanded("a.example", "192.0.2.0/24", ttl)).due;
    CHECK(due == f.now.steady + wait);
  }
}

TEST_CASE("a record that changes at each look is looked at ever more seldom, "
          "until it calms down",
          "[table][domain_book]") {
  book_fixture f{settings_of({"a.example"})};
  bool other = false;
  const auto wait_after = [&](bool change) {
    other = other != change;
    const auto due =
        f.look(expanded("a.example", other ? "192.0.2.1" : "192.0.2.2", 60))
            .due;
    return std::chrono::duration_cast<seconds>(*due - f.now.steady);
  };
  CHECK(wait_after(false) == 5min); // the first finding is no change
  CHECK(wait_after(true) == 5min);
  CHECK(wait_after(true) == 10min);
  CHECK(wait_after(true) == 20min);
  CHECK(wait_after(true) == 40min);
  CHECK(wait_after(true) == 1h); // the interval
  CHECK(wait_after(true) == 1h);
  CHECK(wait_after(false) == 20min); // 6 changes halve to 3
  CHECK(wait_after(false) == 5min);
  CHECK(wait_after(false) == 5min);
  CHECK(wait_after(true) == 5min);

  // A failing DNS is no change.
  CHECK(wait_after(true) == 10min);
  f.look(failing("a.example"));
  CHECK(wait_after(true) == 20min);
}

} // namespace domain_book_schedule_test
