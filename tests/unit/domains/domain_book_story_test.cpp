// Long stories on a fake clock.
#include "tests/support/book_fixture.hpp"
#include "tests/support/catch.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace domain_book_story_test {

using namespace spfblock;
using namespace spfblock::testing;
using namespace std::chrono_literals;
using std::chrono::seconds;

namespace {

/// Lets the book run until `end`: what is due is looked at at once, and `dns`
/// answers for it.
/// @return the looks
template <class Dns>
int run_until(book_fixture& f, moment end, Dns dns) {
  int looks = 0;
  for (;;) {
    const auto next = f.book.next_due(f.now);
    if (!next || *next > end)
      break;
    f.pass_until(std::max(*next, f.now.steady));
    f.book.remove_ended(f.now);
    for (const auto& each : f.book.take_due(f.now)) {
      f.settle(dns(each.domain.to_string()), each.role);
      ++looks;
    }
  }
  f.pass_until(end);
  return looks;
}

} // namespace

TEST_CASE("DNS dies for hours and returns: a week with an allowed friend",
          "[table][domain_book][story]") {
  config::settings settings = settings_of({"a.example", "b.example"});
  settings.allow.domains = {domain_of("friend.example")};
  settings.refresh.keep_stale = 48h;
  book_fixture f{settings};
  const auto up = [](const std::string& name) {
    if (name == "friend.example")
      return expanded(name, "45.0.0.0/26", 3600);
    return expanded(name, name == "a.example" ? "45.0.0.0/24" : "46.0.0.0/24",
                    1800);
  };
  const auto down = [](const std::string& name) { return failing(name); };
  const auto at = [](auto time) { return beginning.steady + time; };
  const std::string all = "a.example 45.0.0.64/26,45.0.0.128/25; "
                          "b.example 46.0.0.0/24";

  // A day of peace: two domains twice an hour, the friend hourly.
  CHECK(run_until(f, at(24h - 1s), up) == 24 * 5);
  CHECK(f.published() == all);

  // A day without DNS, and nothing changes; questions become rare.
  const int failed = run_until(f, at(47h), down);
  CHECK(f.published() == all);
  CHECK(failed < 3 * (23 + 6));
  CHECK(f.page(0).failures > 5);

  // It returns: all is fresh within the interval.
  run_until(f, at(48h), up);
  CHECK(f.published() == all);
  for (const auto& page : f.book.domains()) {
    CHECK(page.failures == 0);
    CHECK(page.trouble->empty());
    CHECK(f.now.steady - *page.good_at <= 1h);
  }

  // It dies for longer than keep_stale: to the second, nobody is listed.
  const moment dies = f.now.steady;
  run_until(f, dies + 47h, down);
  CHECK(f.published() == all);
  run_until(f, dies + 48h, down);
  CHECK(f.published().empty());
  const int per_hour = run_until(f, dies + 49h, down);
  CHECK(per_hour == 3);

  // A restart in the middle of it finds nothing to list.
  book_fixture later{settings};
  later.now = f.now;
  later.apply(settings);
  later.book.restore(f.book.save(f.now), later.now);
  CHECK(later.published().empty());

  // And back again, within the interval.
  run_until(f, f.now.steady + 1h, up);
  CHECK(f.published() == all);
}

TEST_CASE("a flapping record costs no more than its own looks",
          "[table][domain_book][story]") {
  book_fixture f{settings_of({"flapping.example", "calm.example"})};
  unsigned turn = 0;
  int calm = 0;
  const auto dns = [&](const std::string& name) {
    if (name == "calm.example") {
      ++calm;
      return expanded(name, "46.0.0.0/24", 0);
    }
    switch (turn++ % 3) {
    case 0: return expanded(name, "45.0.0.0/24", 0);
    case 1: return expanded(name, "45.0.1.0/24", 0);
    default: return gone(name);
    }
  };
  const int looks = run_until(f, beginning.steady + 24h, dns);
  CHECK(calm == 24 * 12 + 1); // every five minutes, as the TTL of 0 asks
  CHECK(looks - calm < 60);   // hourly, as the changes deserve
  CHECK(f.lists("46.0.0.0/24", 1));
}

TEST_CASE("the book stays consistent, whatever happens in whatever order",
          "[table][domain_book][story]") {
  const std::vector<std::string> names{"a.example", "b.example", "c.example",
                                       "d.example"};
  const std::vector<std::string> networks{"",
                                          "45.0.0.0/24",
                                          "45.0.0.0/25 2a01::/56",
                                          "45.0.0.128/25 45.1.0.0/18",
                                          "45.0.0.0/8",
                                          "45.0.0.0/24 0.0.0.0/0",
                                          "45.1.0.0/16 45.3.0.0/16"};
  std::mt19937 random{1};
  const auto any_of = [&random](const auto& from) {
    return from[random() % from.size()];
  };
  book_fixture f{settings_of({"a.example"})};
  seconds interval{3600};
  net::address_set allowed_for_ever;

  for (int round = 0; round < 5000; ++round) {
    CAPTURE(round);
    const std::string before = f.published();
    std::optional<domain_book::book_change> led_to;
    bool may_be_same = false;
    switch (random() % 8) {
    case 0: {
      std::vector<std::string> some;
      for (const std::string& name : names) {
        if (random() % 2 == 0)
          some.push_back(name);
      }
      config::settings settings = settings_of(some);
      for (auto& entry : settings.domains)
        entry.limits.edit().ipv4_addresses =
            random() % 2 == 0 ? std::optional<std::uint64_t>{65536}
                              : std::nullopt;
      for (const std::string& name : names) {
        if (random() % 4 == 0)
          settings.allow.domains.push_back(domain_of(name));
      }
      settings.networks = {by_hand("45.0.0.0/16")};
      allowed_for_ever = {};
      if (random() % 2 == 0) {
        settings.allow.networks = {{*net::ip_prefix::parse("45.0.0.64/26")}};
        allowed_for_ever = set_of("45.0.0.64/26");
      }
      interval = seconds{600 * (1 + random() % 8)};
      settings.refresh.interval = interval;
      settings.refresh.keep_stale = 1h;
      led_to = f.apply(settings);
      may_be_same = true;
      break;
    }
    case 1:
      f.pass(seconds{random() % 2000});
      f.take_due();
      led_to = f.book.end_waiting(f.now);
      led_to->worth_saving = true; // it was when it was found
      CHECK(
          (!f.book.next_due(f.now) || *f.book.next_due(f.now) > f.now.steady));
      break;
    default: {
      const std::string name = any_of(names);
      const auto result = any_of(std::vector<spf::expansion>{
          failing(name), gone(name), expanded(name, any_of(networks))});
      const role as = any_of(std::array{role::listed, role::allowed});
      led_to = f.settle(result, as);
      // What becomes allowed need not overlap with anything.
      may_be_same = as == role::allowed;
    }
    }
    const bool changed = f.published() != before;
    CHECK((!changed || (led_to && led_to->listing_changed)));
    if (led_to && led_to->listing_changed) {
      CHECK((changed || may_be_same));
      CHECK(led_to->worth_saving);
    }

    net::address_set allowed = allowed_for_ever;
    std::size_t expanding = 0;
    std::optional<moment> next;
    for (const auto& page : f.book.domains()) {
      expanding += page.expanding ? 1U : 0U;
      if (!page.expanding && (!next || page.due < *next))
        next = page.due;
      CHECK(page.due <= f.now.steady + interval);
      CHECK((page.effective->empty() || page.good_at));
      CHECK((page.effective - page.good.pass - page.lost).empty());
      if (page.role == role::allowed)
        allowed |= page.effective;
      else
        CHECK(page.effective->ipv4_count() <=
              page.domain.limits->ipv4_addresses.value_or(1ULL << 32U));
    }
    CHECK((f.blocked() & allowed).empty());
    REQUIRE(f.book.expanding() == expanding);
    const auto is_waiting = [](const auto& page) { return page.waits; };
    if (!std::any_of(f.book.domains().begin(), f.book.domains().end(),
                     is_waiting))
      REQUIRE(f.book.next_due(f.now) == next);
  }
}

} // namespace domain_book_story_test
