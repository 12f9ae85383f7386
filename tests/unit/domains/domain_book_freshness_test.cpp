#include "tests/support/book_fixture.hpp"
#include "tests/support/catch.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace domain_book_freshness_test {

using namespace spfblock;
using namespace spfblock::testing;
using namespace std::chrono_literals;
using spf::on_permerror;
using std::chrono::seconds;

TEST_CASE("a domain that fails from the first lists nothing and is retried",
          "[table][domain_book]") {
  book_fixture f{settings_of({"a.example"})};
  f.take_due();
  const auto led_to = f.settle(failing("a.example"));
  CHECK_FALSE(led_to.listing_changed);
  CHECK(led_to.due == f.now.steady + 2min);
  CHECK(f.published().empty());
  CHECK(f.page().trouble == "timeout");
  CHECK_FALSE(f.page().good_at);
}

TEST_CASE("a failing domain keeps its networks until keep_stale has passed",
          "[table][domain_book]") {
  config::settings settings = settings_of({"a.example"});
  settings.refresh.keep_stale = 10h;
  book_fixture f{settings};
  f.take_due();
  f.settle(expanded("a.example", "192.0.2.0/24"));
  const moment good_at = f.now.steady;

  f.next();
  f.pass_until(good_at + 10h - instant);
  CHECK_FALSE(f.settle(failing("a.example")).listing_changed);
  CHECK(f.lists("192.0.2.0/24"));
  CHECK(f.page().good_at == good_at);

  SECTION("dropped once, then silently failing") {
    const auto dropped = f.settle_next(failing("a.example"));
    CHECK(dropped.listing_changed);
    CHECK(told(dropped) == "!stale listing dropped");
    const auto after = f.settle_next(failing("a.example"));
    CHECK_FALSE(after.listing_changed);
    CHECK(after.events.empty());
  }
  SECTION("counted anew from the last good expansion") {
    f.settle_next(expanded("a.example", "192.0.2.0/24"));
    const moment again = f.now.steady;
    f.next();
    f.pass_until(again + 10h - instant);
    CHECK_FALSE(f.settle(failing("a.example")).listing_changed);
    CHECK(f.lists("192.0.2.0/24"));
  }
  SECTION("and lists them again on recovery") {
    f.settle_next(failing("a.example"));
    REQUIRE(f.published().empty());
    const auto led_to = f.settle_next(expanded("a.example", "192.0.2.0/24"));
    CHECK(led_to.listing_changed);
    CHECK(f.lists("192.0.2.0/24"));
    CHECK(told(led_to) == "domain recovered; listing changed");
  }
}

TEST_CASE("the networks of a failing domain are dropped at keep_stale",
          "[table][domain_book]") {
  config::settings settings = settings_of({"a.example"});
  settings.refresh.keep_stale = 10h;
  book_fixture f{settings};
  f.settle_next(expanded("a.example", "192.0.2.0/24"));
  const moment good_at = f.now.steady;
  f.next();
  f.pass_until(good_at + 10h);
  const auto led_to = f.settle(failing("a.example"));
  CHECK(led_to.listing_changed);
  CHECK(f.published().empty());
  CHECK(told(led_to) == "!domain failing; !stale listing dropped");
}

TEST_CASE("a failing domain is looked at again when keep_stale ends",
          "[table][domain_book]") {
  config::settings settings = settings_of({"a.example"});
  settings.refresh.interval = settings.refresh.retry = 24h;
  settings.refresh.keep_stale = 30h;
  book_fixture f{settings};
  f.take_due();
  f.settle(expanded("a.example", "192.0.2.0/24"));
  f.pass(24h);
  f.take_due();
  CHECK(f.settle(failing("a.example")).due == f.now.steady + 6h);
}

TEST_CASE("a record that is back is told", "[table][domain_book]") {
  book_fixture f{settings_of({"a.example"})};
  for (const auto& result :
       {expanded("a.example", "192.0.2.0/24"), gone("a.example")}) {
    f.take_due();
    f.settle(result);
    f.pass(1h);
  }
  f.take_due();
  const auto told = f.settle(expanded("a.example", "192.0.2.0/24"));
  REQUIRE(told.events.size() == 1);
  CHECK(told.events[0].line() == "record back domain=a.example");
}

TEST_CASE("keep_stale of nothing drops at the first failure",
          "[table][domain_book]") {
  config::settings settings = settings_of({"a.example"});
  settings.refresh.keep_stale = 0s;
  book_fixture f{settings};
  f.settle_next(expanded("a.example", "192.0.2.0/24"));
  CHECK(f.settle_next(failing("a.example")).listing_changed);
  CHECK(f.published().empty());
}

TEST_CASE("a record that is gone is believed when gone twice in a row",
          "[table][domain_book]") {
  book_fixture f{settings_of({"a.example"})};
  f.settle_next(expanded("a.example", "192.0.2.0/24"));

  const auto once = f.settle_next(gone("a.example"));
  CHECK_FALSE(once.listing_changed);
  CHECK(f.lists("192.0.2.0/24"));
  CHECK(f.page().gone);
  CHECK(once.due == f.now.steady + 1h);
  CHECK(told(once) == "!record gone, kept until the next look");

  SECTION("twice") {
    const auto twice = f.settle_next(gone("a.example"));
    CHECK(twice.listing_changed);
    CHECK(f.published().empty());

    const auto thrice = f.settle_next(gone("a.example"));
    CHECK_FALSE(thrice.listing_changed);
    CHECK(thrice.events.empty());
    CHECK(thrice.due == f.now.steady + 1h);

    const auto back = f.settle_next(expanded("a.example", "192.0.2.0/24"));
    CHECK(back.listing_changed);
    CHECK_FALSE(f.page().gone);
  }
  SECTION("back in between") {
    CHECK_FALSE(
        f.settle_next(expanded("a.example", "192.0.2.0/24")).listing_changed);
    CHECK_FALSE(f.page().gone);
    CHECK_FALSE(f.settle_next(gone("a.example")).listing_changed);
    CHECK(f.lists("192.0.2.0/24"));
  }
}

TEST_CASE("a domain that never had a record is not kept for a second look",
          "[table][domain_book]") {
  book_fixture f{settings_of({"a.example"})};
  const auto led_to = f.settle_next(gone("a.example"));
  CHECK_FALSE(led_to.listing_changed);
  CHECK(f.page().gone);
  CHECK(f.published().empty());
  CHECK(led_to.due == f.now.steady + 1h);
  CHECK(told(led_to) == "!record not listed in full");
}

TEST_CASE("a good expansion replaces the networks and clears the trouble",
          "[table][domain_book]") {
  book_fixture f{settings_of({"a.example"})};
  f.settle_next(failing("a.example"));
  f.settle_next(failing("a.example"));
  const auto first = f.settle_next(expanded("a.example", "192.0.2.0/24"));
  CHECK(first.listing_changed);
  CHECK(f.lists("192.0.2.0/24"));
  CHECK(f.page().failures == 0);
  CHECK(f.page().trouble->empty());
  CHECK(f.page().good_at == f.now.steady);
  CHECK_FALSE(f.page().expanding);

  const auto second = f.settle_next(expanded("a.example", "2001:db8::/56"));
  CHECK(second.listing_changed);
  CHECK(f.lists("2001:db8::/56"));

  const auto same = f.settle_next(expanded("a.example", "2001:db8::/56"));
  CHECK_FALSE(same.listing_changed);
  CHECK(f.page().good_at == f.now.steady);

  const auto emptied = f.settle_next(expanded("a.example", ""));
  CHECK(emptied.listing_changed);
  CHECK(f.published().empty());
}

TEST_CASE("the log is told of transitions and of nothing else",
          "[table][domain_book]") {
  book_fixture f{settings_of({"a.example"})};
  const auto good = expanded("a.example", "192.0.2.0/24");
  const auto other = expanded("a.example", "192.0.2.0/25");
  struct step {
    spf::expansion result;
    std::string told;
  };
  const std::vector<step> steps{
      {good, "listing changed"},
      {good, ""},
      {other, "listing changed"},
      {other, ""},
      {failing("a.example", "timeout"), "!domain failing"},
      {failing("a.example", "timeout"), ""},
      {failing("a.example", "SERVFAIL"), "!domain failing"},
      {failing("a.example", "SERVFAIL"), ""},
      {other, "domain recovered"},
      {other, ""},
      {failing("a.example", "SERVFAIL"), "!domain failing"},
      {good, "domain recovered; listing changed"},
      {with_remark(good, "ptr does not match"), "!record not listed in full"},
      {with_remark(good, "ptr does not match"), ""},
      {with_remark(good, "another remark"), "!record not listed in full"},
      {good, ""},
      {with_remark(good, "another remark"), "!record not listed in full"},
      {with_remark(other, "another remark"), "listing changed"},
      {failing("a.example", "ptr: another remark"), "!domain failing"},
  };
  for (std::size_t i = 0; i < steps.size(); ++i) {
    CAPTURE(i);
    CHECK(told(f.settle_next(steps[i].result)) == steps[i].told);
  }
}

TEST_CASE("events name the domain and what became of it",
          "[table][domain_book]") {
  book_fixture f{settings_of({"a.example"})};
  const auto line_of = [&f](const spf::expansion& result) {
    const auto led_to = f.settle_next(result);
    REQUIRE_FALSE(led_to.events.empty());
    CHECK(led_to.events[0].line().find(" domain=a.example ") !=
          std::string::npos);
    return led_to.events[0].line() + ' ';
  };
  const auto has = [](const std::string& line, std::string_view field) {
    return line.find(field) != std::string::npos;
  };
  line_of(expanded("a.example", "192.0.2.0/24 2001:db8::/48"));
  const auto changed = line_of(
      expanded("a.example",
               "192.0.2.0/25 203.0.113.0/24 198.51.100.0/24 2001:db8::/48"));
  CHECK(has(changed, " networks=4 "));
  CHECK(has(changed, " ipv4_addresses=640 "));
  CHECK(has(changed, " ipv6_slash64s=65536 "));
  CHECK(has(changed, " networks_added=2 "));
  CHECK(has(changed, " networks_removed=1 "));

  const auto down = line_of(failing("a.example", "a.example TXT: \x1b\n"));
  CHECK(has(down, " reason=\"a.example TXT: \\x1b\\x0a\" "));
  CHECK(has(down, " networks_kept=4 "));

  f.settle_next(failing("a.example", "a.example TXT: \x1b\n"));
  CHECK(has(line_of(with_remark(expanded("a.example", ""), "no")),
            "domain recovered domain=a.example failures=2 "));
}

TEST_CASE("trouble is every record's error and every term's remark",
          "[table][domain_book]") {
  book_fixture f{settings_of({"a.example"})};
  auto result = with_remark(expanded("a.example", "192.0.2.0/24"), "first");
  result.terms[0].remarks.emplace_back("second");
  result.records[0].error = "third";
  f.settle_next(result);
  for (const std::string_view each :
       {"first", "second", "third", "ptr", "a.example"})
    CHECK(f.page().trouble->find(each) != std::string::npos);
}

TEST_CASE("a record that lists nothing is told at debug",
          "[table][domain_book]") {
  book_fixture f{settings_of({"a.example"})};
  const auto looked = f.look(expanded("a.example", ""));
  CHECK(told(looked) == "record lists nothing");
  CHECK(looked.events.at(0).severity() == level::debug);
  CHECK(looked.events.at(0).line() == "record lists nothing domain=a.example");
  // Trouble in the record is told as such.
  CHECK(told(f.look(with_remark(expanded("a.example", ""), "not listable"))) ==
        "!record not listed in full");
}

} // namespace domain_book_freshness_test
