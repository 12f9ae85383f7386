#include "core/domains/growth.hpp"
#include "tests/support/book_fixture.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/random_sets.hpp"

#include <algorithm>
#include <cstddef>
#include <random>
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

namespace {

/// Looks at a record of its owner's choice, and what was listed after each.
struct watched_brake {
  struct past_look {
    moment at;
    net::address_set found;
    net::address_set listed;
  };

  explicit watched_brake(const net::address_set& first)
      : looks{{beginning.steady, first, first}} {}

  void look(moment now, const net::address_set& found) {
    const auto held = brake.hold(
        {found, found, looks.back().listed, looks.back().at}, by, 168h, now);
    looks.push_back({now, found, held ? found - held->addresses : found});
  }

  /// What was found by a look growth_wait ago or earlier.
  [[nodiscard]] net::address_set waited() const {
    net::address_set all;
    for (const past_look& each : looks) {
      if (each.at <= looks.back().at - by.growth_wait)
        all |= each.found;
    }
    return all;
  }

  /// Whether so little is listed that was not `before`, and has not waited.
  [[nodiscard]] bool is_no_growth(const net::address_set& before) const {
    const auto is_new = (looks.back().listed - before - waited()).ipv4_count();
    return is_new <=
           std::max(*by.growth * before.ipv4_count(), by.growth_floor);
  }

  /// The same, of what was listed growth_wait ago, or at some moment of that
  /// time before.
  [[nodiscard]] bool keeps_to_the_brake() const {
    const moment latest = looks.back().at - by.growth_wait;
    for (std::size_t i = looks.size() - 1; i-- > 0;) {
      const bool is_oldest = i == 0 || looks[i].at <= latest - by.growth_wait;
      if ((is_oldest || looks[i].at <= latest) && is_no_growth(looks[i].listed))
        return true;
      if (is_oldest)
        return false;
    }
    return false;
  }

  config::limit_settings by;
  domains::growth_brake brake;
  std::vector<past_look> looks;
};

} // namespace

TEST_CASE("whatever an owner does, and whenever it is looked at, nothing grows "
          "past the brake, and nobody waits for ever",
          "[table][growth]") {
  const std::vector<moment::duration> pauses{1min,  5min, 14min, 31min,
                                             59min, 1h,   3h};
  std::vector<net::ip_prefix> blocks;
  for (unsigned i = 0; i < 60; ++i)
    blocks.push_back(*net::ip_prefix::parse(
        "45." + std::to_string(i) + ".0.0/" + std::to_string(16 + i % 14)));
  const auto count = static_cast<unsigned>(blocks.size());
  const auto any_pause = static_cast<unsigned>(pauses.size());
  std::mt19937 random{13};
  for (int round = 0; round < 60; ++round) {
    std::vector<bool> has(blocks.size());
    has[below(random, count)] = true;
    const auto record = [&] {
      std::vector<net::ip_prefix> named;
      for (std::size_t i = 0; i < blocks.size(); ++i) {
        if (has[i])
          named.push_back(blocks[i]);
      }
      return net::address_set::of(named);
    };
    watched_brake of{record()};
    moment now = beginning.steady;
    const auto first_pause = below(random, any_pause);
    for (int i = 0; i < 40; ++i) {
      // A ramp by one, an exchange of some, or much at once.
      const auto changes = std::vector<std::size_t>{1, 1, 8, 30}.at(
          static_cast<std::size_t>(round) % 4);
      for (std::size_t c = 0; c < changes; ++c)
        has[below(random, count)] = round % 4 == 0 || below(random, 2) == 0;
      now += round % 2 == 0 ? pauses[first_pause]
                            : pauses[below(random, any_pause)];
      of.look(now, record());
      const auto& last = of.looks.back();
      const auto& before = of.looks[of.looks.size() - 2];
      CAPTURE(round, i);
      REQUIRE((last.listed - last.found).empty());
      REQUIRE(((last.found & before.listed) - last.listed).empty());
      REQUIRE(of.keeps_to_the_brake());
      // Whom all looks of two hours found, and one before, is listed.
      net::address_set always = last.found;
      bool is_long_enough = false;
      for (auto each = of.looks.rbegin();
           each != of.looks.rend() && !is_long_enough; ++each) {
        always &= each->found;
        is_long_enough = each->at <= now - 2h;
      }
      if (is_long_enough)
        REQUIRE((always - last.listed).empty());
    }
  }
}

} // namespace growth_test
