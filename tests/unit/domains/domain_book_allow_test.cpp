#include "core/net/special_purpose.hpp"
#include "tests/support/book_fixture.hpp"
#include "tests/support/catch.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace domain_book_allow_test {

using namespace spfblock;
using namespace spfblock::testing;
using namespace std::chrono_literals;

namespace {

/// spam.example is listed, friend.example allowed.
config::settings with_friend() {
  config::settings made = settings_of({"spam.example"});
  made.allow.domains = {domain_of("friend.example")};
  return made;
}

constexpr std::string_view spam_networks = "45.120.0.0/22 2a01:100::/56";

spf::expansion spam(std::string_view networks = spam_networks) {
  return expanded("spam.example", networks);
}

spf::expansion buddy(std::string_view networks) {
  return expanded("friend.example", networks);
}

std::string kept_off(const domain_book::book_change& of) {
  return lines_of(of, "kept off by allow");
}

bool has(std::string_view line, std::string_view part) {
  return line.find(part) != std::string_view::npos;
}

} // namespace

TEST_CASE("allowed networks are subtracted from every listing, exactly",
          "[table][domain_book][allow]") {
  config::settings settings = settings_of({"spam.example", "b.example"});
  settings.networks = {by_hand("45.120.1.0/24")};
  settings.allow.networks = {{*net::ip_prefix::parse("45.120.1.128/25")},
                             {*net::ip_prefix::parse("45.120.3.7/32")},
                             {*net::ip_prefix::parse("2a01:100::/64")}};
  book_fixture f{settings};
  f.look(spam());
  f.look(expanded("b.example", "45.120.3.6/31"));
  CHECK(f.lists("45.120.0.0/22 2a01:100::/56 -45.120.1.128/25 -45.120.3.7/32 "
                "-2a01:100::/64"));
  CHECK(f.lists("45.120.3.6/32", 1));
  CHECK(f.book.listings()[0].networks == set_of("45.120.1.0/25").to_prefixes());
  CHECK(f.page().kept_off ==
        set_of("45.120.1.128/25 45.120.3.7/32 2a01:100::/64"));
  CHECK(f.page().good.pass == set_of(spam_networks));
}

TEST_CASE("what is allowed stays unlisted whatever the listings are",
          "[table][domain_book][allow]") {
  config::settings settings = settings_of({"spam.example"});
  settings.networks = {by_hand("0.0.0.0/0"), by_hand("::/0")};
  settings.domains[0].limits = {};
  settings.domains[0].limits.edit().widest_ipv4 = std::nullopt;
  settings.domains[0].limits.edit().widest_ipv6 = std::nullopt;
  settings.domains[0].limits.edit().ipv4_addresses = std::nullopt;
  settings.domains[0].limits.edit().ipv6_slash64s = std::nullopt;
  settings.domains[0].limits.edit().networks = std::nullopt;
  settings.limits.total = {std::nullopt, std::nullopt};
  settings.allow.networks = {{*net::ip_prefix::parse("45.120.1.128/25")}};
  settings.allow.reserved = true;
  book_fixture f{settings};
  f.own = set_of("45.9.9.9/32 2a01:9::9/128");
  f.apply(settings);
  f.look(spam("0.0.0.0/0 ::/0"));

  net::address_set allowed =
      set_of("45.120.1.128/25 45.9.9.9/32 2a01:9::9/128");
  for (const auto& block : net::special_purpose_blocks())
    allowed |= net::address_set{block.prefix};
  CHECK((f.blocked() & allowed).empty());
  CHECK((f.page().effective | allowed) == set_of("0.0.0.0/0 ::/0"));
}

TEST_CASE(
    "reserved space and this machine are listed only where allow.reserved "
    "is off",
    "[table][domain_book][allow]") {
  config::settings settings = settings_of({"spam.example"});
  settings.allow.reserved = true;
  book_fixture f{settings};
  f.own = set_of("45.120.0.25/32");
  f.apply(settings);
  const auto looked = f.look(spam("45.120.0.0/24 10.1.0.0/16 fd00::/64"));
  CHECK(f.lists("45.120.0.0/24 -45.120.0.25/32"));
  CHECK(has(kept_off(looked), "reserved 10.0.0.0/8 (Private-Use)"));
  CHECK(has(kept_off(looked), "reserved fc00::/7 (Unique-Local)"));
  CHECK(has(kept_off(looked), "this machine"));

  settings.allow.reserved = false;
  CHECK(told(f.apply(settings)) == "listing changed");
  CHECK(f.lists("45.120.0.0/24 10.1.0.0/16 fd00::/64"));
  CHECK(f.page().kept_off->empty());
}

TEST_CASE("a new address of this machine leaves the listings with the reload",
          "[table][domain_book][allow]") {
  config::settings settings = settings_of({"spam.example"});
  settings.allow.reserved = true;
  book_fixture f{settings};
  f.look(spam("45.120.0.0/24"));
  f.own = set_of("45.120.0.25/32");
  f.apply(settings);
  CHECK(f.lists("45.120.0.0/24 -45.120.0.25/32"));
  f.own = {};
  f.apply(settings);
  CHECK(f.lists("45.120.0.0/24"));
}

TEST_CASE("a new address of this machine leaves the listings when it is known",
          "[table][domain_book][allow]") {
  config::settings settings = settings_of({"spam.example"});
  settings.allow.reserved = true;
  book_fixture f{settings};
  f.look(spam("45.120.0.0/24"));
  const auto found = f.book.know_own(set_of("45.120.0.25/32"), f.now);
  CHECK(told(found) == "listing changed; !kept off by allow");
  CHECK(f.lists("45.120.0.0/24 -45.120.0.25/32"));
  CHECK(told(f.book.know_own(set_of("45.120.0.25/32"), f.now)).empty());

  settings.allow.reserved = false;
  f.apply(settings);
  CHECK(told(f.book.know_own(set_of("45.120.0.26/32"), f.now)).empty());
  CHECK(f.lists("45.120.0.0/24"));
}

TEST_CASE("when all DNS dies no listing outlives what protects from it",
          "[table][domain_book][allow]") {
  config::settings settings = with_friend();
  settings.refresh.keep_stale = 10h;
  book_fixture f{settings};
  f.look(buddy("45.120.1.0/24"), role::allowed);
  f.pass(settings.refresh.interval - instant);
  f.look(spam());
  const std::string without_one = "45.120.0.0/22 2a01:100::/56 -45.120.1.0/24";
  REQUIRE(f.lists(without_one));
  // From now on nothing is answered.
  for (int looks = 0; looks < 100 && f.page(0).good_at; ++looks) {
    REQUIRE(f.lists(without_one));
    f.next();
    f.settle(failing("friend.example"), role::allowed);
    f.settle(failing("spam.example"));
  }
  CHECK_FALSE(f.page(0).good_at);
  CHECK(f.page(1).good_at);
  CHECK(f.lists(""));
}

TEST_CASE("an allowed domain wins whenever it is expanded",
          "[table][domain_book][allow]") {
  book_fixture f{with_friend()};
  f.take_due();
  SECTION("before the listing") {
    f.settle(buddy("45.120.1.0/24"), role::allowed);
    f.settle(spam());
  }
  SECTION("after it") {
    f.settle(spam());
    CHECK(f.lists(spam_networks));
    const auto later = f.settle(buddy("45.120.1.0/24"), role::allowed);
    CHECK(later.listing_changed);
    CHECK(has(kept_off(later), "domain=spam.example by=\"domain friend."
                               "example\" networks=45.120.1.0/24 "
                               "ipv4_addresses=256"));
  }
  CHECK(f.lists("45.120.0.0/22 2a01:100::/56 -45.120.1.0/24"));
}

TEST_CASE("a listing follows an allowed domain through its life",
          "[table][domain_book][allow]") {
  config::settings settings = with_friend();
  settings.refresh.keep_stale = 10h;
  book_fixture f{settings};
  f.look(spam());
  f.look(buddy("45.120.1.0/24"), role::allowed);
  const std::string without_one = "45.120.0.0/22 2a01:100::/56 -45.120.1.0/24";
  REQUIRE(f.lists(without_one));

  SECTION("it grows") {
    f.look(buddy("45.120.1.0/24 45.120.2.0/24"), role::allowed);
    CHECK(f.lists(without_one + " -45.120.2.0/24"));
  }
  SECTION("it moves") {
    f.look(buddy("45.120.3.0/24"), role::allowed);
    CHECK(f.lists(without_one + " -45.120.3.0/24"));
    f.look(buddy("45.120.3.0/24"), role::allowed);
    CHECK(f.lists("45.120.0.0/22 2a01:100::/56 -45.120.3.0/24"));
  }
  SECTION("it fails, and is kept for keep_stale and an interval") {
    const moment ends = f.now.steady + 10h + settings.refresh.interval;
    for (;;) {
      const auto led_to = f.look(failing("friend.example"), role::allowed);
      if (f.now.steady >= ends) {
        CHECK(told(led_to) ==
              "!allowed stale listing dropped; listing changed");
        break;
      }
      CHECK_FALSE(led_to.listing_changed);
      CHECK(f.lists(without_one));
      if (f.page().due <= f.now.steady)
        f.look(spam());
    }
    CHECK(f.now.steady == ends);
    CHECK(f.lists(spam_networks));
  }
  SECTION("its record goes, and is kept until the second look") {
    CHECK_FALSE(f.look(gone("friend.example"), role::allowed).listing_changed);
    CHECK(f.lists(without_one));
    CHECK(f.look(gone("friend.example"), role::allowed).listing_changed);
    CHECK(f.lists(spam_networks));
  }
  SECTION("a reload removes it") {
    settings.allow.domains.clear();
    f.apply(settings);
    CHECK(f.lists(spam_networks));
  }
  SECTION("its entry ends") {
    settings.allow.domains[0].until =
        std::chrono::floor<std::chrono::days>(f.now.wall) +
        std::chrono::days{1};
    settings.networks = {by_hand("45.120.1.0/25")};
    CHECK(has(kept_off(f.apply(settings)), "listing=networks"));
    REQUIRE(f.lists(without_one));
    f.pass(24h);
    CHECK(f.book.remove_ended(f.now).listing_changed);
    CHECK(f.lists(spam_networks));
    CHECK(f.book.listings()[0].networks ==
          set_of("45.120.1.0/25").to_prefixes());
    // The overlap has ended, so a new one would be told.
    settings.allow.domains[0].until = std::nullopt;
    f.apply(settings);
    CHECK(has(kept_off(f.look(buddy("45.120.1.0/24"), role::allowed)),
              "listing=networks"));
  }
}

TEST_CASE("an allowed network ends at the beginning of its day",
          "[table][domain_book][allow]") {
  config::settings settings = settings_of({"a.example"});
  settings.refresh.interval = 30 * 24h;
  book_fixture f{settings};
  const auto tomorrow =
      std::chrono::floor<std::chrono::days>(f.now.wall) + std::chrono::days{1};
  settings.allow.networks = {
      {*net::ip_prefix::parse("45.120.1.0/25"), tomorrow},
      {*net::ip_prefix::parse("45.120.1.128/26")}};
  settings.networks = {by_hand("45.120.1.0/25")};
  f.apply(settings);
  f.look(expanded("a.example", "45.120.1.0/24", 30 * 86400));
  REQUIRE(f.lists("45.120.1.192/26"));
  const auto next = f.book.next_due(f.now);
  REQUIRE(next);
  f.pass(*next - f.now.steady - 1us);
  CHECK_FALSE(f.book.remove_ended(f.now).listing_changed);
  f.pass(1us);
  const auto ended = f.book.remove_ended(f.now);
  CHECK(ended.listing_changed);
  CHECK(lines_of(ended, "entry ended") == "entry ended domain=45.120.1.0/25\n");
  CHECK(f.lists("45.120.1.0/25 45.120.1.192/26"));
  CHECK(f.book.listings()[0].networks == set_of("45.120.1.0/25").to_prefixes());

  // That the same network, listed by hand, ends as well is news.
  CHECK(lines_of(f.apply(settings), "entry ended").empty());
  settings.networks[0].until = tomorrow;
  CHECK(lines_of(f.apply(settings), "entry ended") ==
        "entry ended domain=45.120.1.0/25\n");
}

TEST_CASE("a name that is listed and allowed lists nothing",
          "[table][domain_book][allow]") {
  config::settings settings = settings_of({"both.example"});
  settings.allow.domains = {domain_of("both.example")};
  book_fixture f{settings};
  CHECK(f.take_due() == "both.example +both.example");
  const auto result = expanded("both.example", "45.120.0.0/24");
  f.settle(result);
  f.settle(result, role::allowed);
  CHECK(f.published().empty());
  CHECK(f.page(0).kept_off == set_of("45.120.0.0/24"));
  CHECK(f.page(1).effective == set_of("45.120.0.0/24"));

  // Each role has its own looks.
  f.look(expanded("both.example", "45.120.0.0/23"));
  CHECK(f.lists("45.120.1.0/24"));
}

TEST_CASE("an overlap is told once, and again only when it changes",
          "[table][domain_book][allow]") {
  book_fixture f{with_friend()};
  const auto spam_told = [&](std::string_view networks) {
    return kept_off(f.look(spam(networks)));
  };
  const auto friend_told = [&](std::string_view networks) {
    std::string lines = kept_off(f.look(buddy(networks), role::allowed));
    // What it lost is believed at the second look.
    return lines + kept_off(f.look(buddy(networks), role::allowed));
  };
  CHECK(friend_told("45.120.1.0/24").empty());
  CHECK_FALSE(spam_told("45.120.1.0/25").empty());
  CHECK(spam_told("45.120.1.0/25").empty());
  CHECK(spam_told("45.120.1.0/25 45.121.0.0/24").empty()); // as much overlaps
  CHECK(friend_told("45.120.1.0/24 45.122.0.0/24").empty());
  CHECK(kept_off(f.look(failing("spam.example"))).empty());
  CHECK_FALSE(spam_told("45.120.1.0/26").empty());
  CHECK_FALSE(friend_told("45.120.1.0/32").empty());
  CHECK(friend_told("45.123.0.0/24").empty()); // nothing overlaps any more
  CHECK_FALSE(friend_told("45.120.1.0/32").empty());
  CHECK(kept_off(f.apply(with_friend())).empty());
}

TEST_CASE("networks by hand that overlap with what is allowed are told once",
          "[table][domain_book][allow]") {
  config::settings settings = with_friend();
  settings.networks = {by_hand("45.120.0.0/24"), by_hand("45.121.0.0/24")};
  book_fixture f{settings};
  const auto line = kept_off(f.look(buddy("45.120.0.0/25"), role::allowed));
  CHECK(line == "kept off by allow listing=networks "
                "by=\"domain friend.example\" networks=45.120.0.0/25\n");
  CHECK(f.published() == "45.120.0.0/24 45.120.0.128/25; "
                         "45.121.0.0/24 45.121.0.0/24");
  CHECK(kept_off(f.look(buddy("45.120.0.0/25"), role::allowed)).empty());
  CHECK(kept_off(f.apply(settings)).empty());
  CHECK(kept_off(f.look(buddy("45.120.0.0/26"), role::allowed)).empty());
  CHECK_FALSE(kept_off(f.look(buddy("45.120.0.0/26"), role::allowed)).empty());
}

TEST_CASE("networks by hand are not subject to the limits",
          "[table][domain_book][allow]") {
  config::settings settings = settings_of({});
  settings.networks = {by_hand("44.0.0.0/7"), by_hand("2a00::/12")};
  settings.limits.networks = 0;
  const book_fixture f{settings};
  CHECK(f.published() == "44.0.0.0/7 44.0.0.0/7; 2a00::/12 2a00::/12");
}

TEST_CASE("the narrow networks of an allowed `+all` are allowed",
          "[table][domain_book][allow]") {
  book_fixture f{with_friend()};
  f.look(spam());
  // As evaluate() gives it: the wide terms count as not matching.
  auto result = with_remark(buddy("45.120.1.0/24"), "too wide: IPv4 /0");
  f.look(result, role::allowed);
  CHECK(f.lists("45.120.0.0/22 2a01:100::/56 -45.120.1.0/24"));
}

TEST_CASE("an allowed domain is allowed whatever its size",
          "[table][domain_book][allow]") {
  config::settings settings = with_friend();
  settings.allow.domains[0].limits.edit().networks = 1;
  book_fixture f{settings};
  f.look(spam());
  f.look(buddy("45.120.0.0/32"), role::allowed);
  const auto led_to =
      f.look(naming("friend.example", "45.0.0.0/8 44.0.0.0/8 2a01::/16"),
             role::allowed);
  CHECK(f.published().empty());
  CHECK(f.page(1).effective == set_of("44.0.0.0/7 2a01::/16 45.120.0.0/32"));
  CHECK(f.page(1).refusals->empty());
  CHECK_FALSE(f.page(1).held);
  CHECK(told(led_to).find("refused") == std::string::npos);
}

TEST_CASE("what an allowed domain lost is believed at a second look",
          "[table][domain_book][allow]") {
  book_fixture f{with_friend()};
  f.look(spam());
  f.look(buddy("45.120.1.0/24 45.120.2.0/24"), role::allowed);
  f.look(buddy("45.120.1.0/24"), role::allowed);
  CHECK((f.page().effective & set_of("45.120.1.0/24 45.120.2.0/24")).empty());
  SECTION("that says the same") {
    f.look(buddy("45.120.1.0/24"), role::allowed);
    CHECK((f.page().effective & set_of("45.120.1.0/24 45.120.2.0/24")) ==
          set_of("45.120.2.0/24"));
  }
  SECTION("that loses others") {
    f.look(buddy("45.120.3.0/24"), role::allowed);
    CHECK(f.page(1).effective == set_of("45.120.1.0/24 45.120.3.0/24"));
  }
  SECTION("that has it again") {
    f.look(buddy("45.120.2.0/24"), role::allowed);
    CHECK(f.page(1).effective == set_of("45.120.1.0/24 45.120.2.0/24"));
  }
  SECTION("be it that the record is gone") {
    f.look(gone("friend.example"), role::allowed);
    CHECK_FALSE(f.page(1).effective->empty());
    f.look(gone("friend.example"), role::allowed);
    CHECK(f.page(1).effective->empty());
  }
}

TEST_CASE("the log says that an allowed domain protects only a part",
          "[table][domain_book][allow]") {
  book_fixture f{with_friend()};
  const auto led_to =
      f.look(with_remark(buddy("45.120.1.0/24"), "no list can hold it"),
             role::allowed);
  CHECK(lines_of(led_to, "allowed domain protects only a part") ==
        "allowed domain protects only a part domain=friend.example "
        "role=allowed reason=\"ptr: no list can hold it\"\n");
}

TEST_CASE("allow.includes holds for listed domains and makes them due when it "
          "changes",
          "[table][domain_book][allow]") {
  config::settings settings = with_friend();
  settings.allow.includes = {name_of("_spf.example")};
  book_fixture f{settings};
  const auto due = f.book.take_due(f.now);
  REQUIRE(due.size() == 2);
  REQUIRE(due[0].by.not_followed);
  CHECK(*due[0].by.not_followed == settings.allow.includes);
  // The friend's mail comes through the same provider: all of it is allowed.
  CHECK_FALSE(due[1].by.not_followed);

  f.settle(spam());
  f.settle(buddy("45.120.1.0/24"), role::allowed);
  f.pass(1min);
  f.apply(settings);
  CHECK(f.take_due().empty());
  settings.allow.includes.clear();
  f.apply(settings);
  CHECK(f.take_due() == "spam.example");
}

TEST_CASE("new listings wait for allowed domains, up to refresh.retry",
          "[table][domain_book][allow]") {
  book_fixture f{with_friend()};
  CHECK(f.book.awaits_allowed(f.now.steady));
  f.take_due();
  CHECK(f.settle(spam()).due == f.now.steady + with_friend().refresh.retry);
  CHECK(f.book.awaits_allowed(f.now.steady));
  CHECK(f.published().empty());
  CHECK(f.book.next_due(f.now) == f.now.steady + with_friend().refresh.retry);

  SECTION("until it is expanded") {
    CHECK(f.settle(buddy("45.120.1.0/24"), role::allowed).listing_changed);
    CHECK_FALSE(f.book.awaits_allowed(f.now.steady));
    CHECK_FALSE(f.published().empty());
  }
  SECTION("until it is known to have no record") {
    f.settle(gone("friend.example"), role::allowed);
    CHECK_FALSE(f.published().empty());
  }
  SECTION("not only until it has failed") {
    CHECK(told(f.settle(failing("friend.example"), role::allowed)) ==
          "!allowed domain failing; "
          "!allowed allowed domain unknown, protects nothing");
    CHECK(f.published().empty());
    // It is told once.
    CHECK(told(f.look(failing("friend.example"), role::allowed)).empty());
    CHECK_FALSE(f.published().empty());
  }
  SECTION("not only until a part of it is known") {
    f.settle(undecided(buddy("45.120.1.0/24")), role::allowed);
    CHECK(f.published().empty());
    f.look(buddy("45.120.1.0/24"), role::allowed);
    CHECK_FALSE(f.published().empty());
  }
  SECTION("until their time is up") {
    f.pass(with_friend().refresh.retry - instant);
    CHECK_FALSE(f.book.end_waiting(f.now).listing_changed);
    CHECK(f.published().empty());
    f.pass(instant);
    CHECK(f.book.end_waiting(f.now).listing_changed);
    CHECK_FALSE(f.published().empty());
    CHECK_FALSE(f.book.end_waiting(f.now).listing_changed);
  }
  SECTION("not if its networks are known from before") {
    f.settle(buddy("45.120.1.0/24"), role::allowed);
    const auto saved = f.book.save(f.now);
    book_fixture again{with_friend()};
    again.book.restore(saved, again.now);
    CHECK_FALSE(again.book.awaits_allowed(again.now.steady));
  }
  SECTION("not if they are known from before themselves") {
    const auto saved = f.book.save(f.now);
    book_fixture again{with_friend()};
    again.book.restore(saved, again.now);
    CHECK(again.book.awaits_allowed(again.now.steady));
    CHECK_FALSE(again.published().empty());
    again.take_due();
    again.settle(spam());
    CHECK_FALSE(again.published().empty());
  }
  SECTION("a reload adds another one: who is listed stays so") {
    f.settle(buddy("45.120.1.0/24"), role::allowed);
    f.pass(1h);
    config::settings settings = with_friend();
    settings.allow.domains.push_back(domain_of("new.example"));
    f.apply(settings);
    CHECK(f.book.awaits_allowed(f.now.steady));
    CHECK_FALSE(f.published().empty());
  }
}

TEST_CASE("nobody waits for listed domains", "[table][domain_book][allow]") {
  const book_fixture f{settings_of({"spam.example"})};
  CHECK_FALSE(f.book.awaits_allowed(f.now.steady));
}

} // namespace domain_book_allow_test
