#include "core/domains/growth.hpp"
#include "tests/support/book_fixture.hpp"
#include "tests/support/catch.hpp"

#include <string>
#include <vector>

namespace growth_test {

using namespace spfblock;
using namespace spfblock::testing;
using namespace std::chrono_literals;

namespace {

/// The network with that many addresses, a power of two.
std::string hosts(unsigned bits, const std::string& from = "45.0.0.0") {
  return from + '/' + std::to_string(32 - bits);
}

/// One domain: 4 times, 4096 addresses, one hour.
struct growing : book_fixture {
  explicit growing(std::string_view first, std::chrono::seconds interval = 1h)
      : book_fixture{settings_with(interval)} {
    look(expanded("a.example", first));
  }

  static config::settings settings_with(std::chrono::seconds interval) {
    config::settings made = settings_of({"a.example"});
    made.refresh.interval = interval;
    made.refresh.minimum = std::min(made.refresh.minimum, interval);
    made.refresh.retry = std::min(made.refresh.retry, interval);
    return made;
  }

  /// Looks so much later.
  domain_book::book_change later(moment::duration time,
                                 std::string_view networks) {
    pass(time);
    make_due();
    REQUIRE(take_due() == "a.example");
    return settle(expanded("a.example", networks));
  }

  /// Another configuration of the domain makes it due at once.
  void make_due() {
    config::settings made = settings_with(book.refresh().interval);
    made.domains[0].limits.edit().depth = ++depth_;
    apply(made);
  }

private:
  unsigned depth_ = 20;
};

} // namespace

TEST_CASE("what is new waits, what was there stays, what went is gone",
          "[table][growth]") {
  growing f{hosts(10)};
  const auto led_to = f.later(1h, hosts(13, "46.0.0.0") + " 45.0.0.0/24");
  CHECK(f.lists("45.0.0.0/24"));
  CHECK(told(led_to) == "listing changed; !refused by a limit");
  CHECK(lines_of(led_to, "refused") ==
        "refused by a limit domain=a.example limit=growth found=8192 "
        "allowed=4096 refused=46.0.0.0/19 kept=1\n");
  REQUIRE(f.page().held);
  CHECK(f.page().held->addresses == set_of(hosts(13, "46.0.0.0")));
  CHECK(f.page().good_at == f.now.steady);
  // It is told once.
  CHECK(told(f.later(30min, hosts(13, "46.0.0.0") + " 45.0.0.0/24")).empty());
}

TEST_CASE("what waited is listed by a look growth_wait after the first",
          "[table][growth]") {
  growing f{hosts(10), 24h};
  f.later(24h, hosts(13));
  CHECK(f.lists(hosts(10)));
  CHECK(f.page().due == f.now.steady + 1h); // looked at by then

  SECTION("which finds it") {
    f.later(1h, hosts(13));
    CHECK(f.lists(hosts(13)));
    CHECK_FALSE(f.page().held);
    CHECK(f.page().due == f.now.steady + 24h);
  }
  SECTION("and not sooner") {
    f.later(1h - 1s, hosts(13));
    CHECK(f.lists(hosts(10)));
    f.later(1s, hosts(13));
    CHECK(f.lists(hosts(13)));
  }
  SECTION("of which it finds a part only") {
    f.later(1h, hosts(10) + " 45.0.16.0/20");
    CHECK(f.lists(hosts(10) + " 45.0.16.0/20"));
  }
  SECTION("whose DNS failed in between") {
    f.pass(30min);
    f.make_due();
    f.look(failing("a.example"));
    f.later(30min, hosts(13));
    CHECK(f.lists(hosts(13)));
  }
}

TEST_CASE("what was exchanged between two looks has not waited",
          "[table][growth]") {
  growing f{hosts(4)};
  f.later(1h, hosts(4) + ' ' + hosts(14, "46.0.0.0"));
  f.later(1h, hosts(4) + ' ' + hosts(14, "47.0.0.0"));
  CHECK(f.lists(hosts(4)));
  f.later(1h, hosts(4) + ' ' + hosts(14, "48.0.0.0"));
  CHECK(f.lists(hosts(4)));
  // Both looks have half of it.
  f.later(1h,
          hosts(4) + ' ' + hosts(13, "48.0.0.0") + ' ' + hosts(14, "49.0.0.0"));
  CHECK(f.lists(hosts(4) + ' ' + hosts(13, "48.0.0.0")));
}

TEST_CASE("a record that alternates is listed all the same",
          "[table][growth]") {
  growing f{hosts(4)};
  const std::string grown = hosts(4) + ' ' + hosts(14, "46.0.0.0");
  f.later(30min, grown);
  f.later(20min, hosts(4));
  f.later(20min, hosts(4));
  CHECK(f.lists(hosts(4)));
  SECTION("at the next look that finds it") {
    f.later(20min, grown);
    CHECK(f.lists(grown));
  }
  SECTION("unless it was away for keep_stale") {
    const auto wait = 1h + f.book.refresh().keep_stale;
    f.later(wait, grown);
    CHECK(f.lists(hosts(4)));
  }
}

TEST_CASE("small steps add up", "[table][growth]") {
  SECTION("within growth_wait") {
    growing f{hosts(10)};
    // Each step is less than the floor.
    f.later(20min, hosts(11));
    CHECK(f.lists(hosts(11)));
    f.later(10min, hosts(12));
    CHECK(f.lists(hosts(12)));
    f.later(10min, hosts(13)); // 7168 more than at first
    CHECK(f.lists(hosts(12)));
  }
  SECTION("of a fourfold growth at each look") {
    growing f{hosts(12)};
    f.later(5min, hosts(14));
    CHECK(f.lists(hosts(14)));
    f.later(5min, hosts(16));
    CHECK(f.lists(hosts(14)));
    f.later(5min, hosts(16) + ' ' + hosts(16, "46.0.0.0"));
    CHECK(f.lists(hosts(14)));
  }
  SECTION("and are measured by what was listed growth_wait ago") {
    growing f{hosts(12)};
    f.later(1h, hosts(14)); // 3 times as much is new
    CHECK(f.lists(hosts(14)));
    f.later(1h, hosts(16)); // the same again, of what is listed for an hour
    CHECK(f.lists(hosts(16)));
  }
}

TEST_CASE("what has waited is new no more, and nobody grows by it",
          "[table][growth]") {
  growing f{hosts(4)};
  f.later(1h, hosts(14));
  f.later(1h, hosts(14));
  REQUIRE(f.lists(hosts(14)));
  f.later(5min, hosts(14) + " 46.0.0.0/24");
  CHECK(f.lists(hosts(14) + " 46.0.0.0/24"));
  CHECK_FALSE(f.page().held);
  f.later(5min, hosts(14) + " 46.0.0.0/19");
  CHECK(f.lists(hosts(14) + " 46.0.0.0/24"));
}

TEST_CASE("growth of one family holds nothing of the other",
          "[table][growth]") {
  growing f{hosts(10)};
  f.later(1h, hosts(10) + " 46.0.0.0/22 2a01::/48");
  CHECK(f.lists(hosts(10) + " 46.0.0.0/22"));
  CHECK(f.page().held->addresses == set_of("2a01::/48"));
}

TEST_CASE("a domain that shrinks and comes back soon has not grown",
          "[table][growth]") {
  growing f{hosts(14)};
  f.later(30min, hosts(4));
  CHECK(f.lists(hosts(4)));
  f.later(20min, hosts(14));
  CHECK(f.lists(hosts(14)));
  f.later(1h, hosts(4));
  f.later(1h, hosts(4));
  f.later(1h, hosts(14)); // nobody was listed for an hour
  CHECK(f.lists(hosts(4)));
}

TEST_CASE("an exchange for as many others is no growth", "[table][growth]") {
  growing f{hosts(14)};
  f.later(1h, hosts(14, "46.0.0.0"));
  CHECK(f.lists(hosts(14, "46.0.0.0")));
}

TEST_CASE("new ones at every look keep nobody waiting for ever",
          "[table][growth]") {
  growing f{hosts(4)};
  const std::string own = " 44.0.0.0/22";
  moment listed_at{};
  const moment first = f.now.steady;
  for (int round = 0; round < 60 && listed_at == moment{}; ++round) {
    f.later(5min, hosts(4) + own + " 46." + std::to_string(round) + ".0.0/18");
    if (!(set_of(own) - f.page().effective).empty())
      continue;
    listed_at = f.now.steady;
  }
  CHECK(listed_at > first + 1h);
  CHECK(listed_at <= first + 1h + 30min);
}

TEST_CASE("what waits is bounded, and what covers most is remembered",
          "[table][growth]") {
  domains::growth_brake brake;
  config::limit_settings by;
  by.networks = 2;
  by.growth_floor = 0;
  moment now = beginning.steady;
  const auto listed = set_of("45.0.0.0/32");
  const auto hold = [&](std::string_view networks) {
    const auto found = set_of(networks) | listed;
    return brake.hold({found, found, listed, now}, by, 168h, now);
  };
  CHECK(hold("46.0.0.0/22 46.1.0.1 46.1.0.3 46.1.0.5 46.1.0.7"));
  now += 1h;
  const auto held = hold("46.0.0.0/22 46.1.0.1 46.1.0.3 46.1.0.5 46.1.0.7 "
                         "47.0.0.0/16");
  REQUIRE(held);
  CHECK(held->addresses == set_of("46.1.0.7 47.0.0.0/16"));
}

} // namespace growth_test
