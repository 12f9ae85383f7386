#include "tests/support/book_fixture.hpp"
#include "tests/support/catch.hpp"

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

namespace domain_book_state_test {

using namespace spfblock;
using namespace spfblock::testing;
using namespace std::chrono_literals;
using std::chrono::seconds;

namespace {

/// A later process: the calendar went on by `after`, the other clock started
/// anew.
book_fixture restarted(const book_fixture& from,
                       const config::settings& settings, seconds after) {
  return book_fixture{settings, {}, {moment{1min}, from.now.wall + after}};
}

/// The same by way of the file.
void hand_over_by_text(const book_fixture& from, book_fixture& to) {
  const auto kept = domains::state_from_json(to_json(from.book.save(from.now)));
  REQUIRE(kept);
  to.book.restore(*kept, to.now);
}

domain_book::book_change hand_over(const book_fixture& from, book_fixture& to) {
  return to.book.restore(from.book.save(from.now), to.now);
}

} // namespace

TEST_CASE("what an earlier process knew is listed at once and due at once",
          "[table][domain_book][state]") {
  config::settings settings = settings_of({"a.example", "b.example"});
  settings.allow.domains = {domain_of("friend.example")};
  book_fixture before{settings};
  before.look(expanded("a.example", "45.0.0.0/24"));
  before.look(failing("b.example"));
  before.look(expanded("friend.example", "45.0.0.0/26"), role::allowed);

  book_fixture f = restarted(before, settings, 1h);
  const auto restored = hand_over(before, f);
  CHECK(restored.listing_changed);
  CHECK(f.published() == before.published());
  CHECK(f.page(0).good == before.page(0).good);
  CHECK(f.page(0).changed_at == before.page(0).changed_at);
  CHECK(f.take_due() == "a.example b.example +friend.example");

  // The same is found again: nothing to tell, nothing to save.
  const auto again = f.settle(expanded("a.example", "45.0.0.0/24"));
  CHECK(again.events.empty());
  CHECK_FALSE(again.listing_changed);
  CHECK_FALSE(again.worth_saving);
}

TEST_CASE("a restart is no way past the brake on growth",
          "[table][domain_book][state]") {
  const config::settings settings = settings_of({"a.example"});
  book_fixture f{settings};
  const auto grow = [&f](unsigned bits) {
    return f.look(
        expanded("a.example", "45.0.0.0/" + std::to_string(32 - bits)));
  };
  grow(8);
  // Twice as much at each look, and another process each time.
  for (unsigned bits = 9; bits <= 16; ++bits) {
    book_fixture next = restarted(f, settings, 5min);
    hand_over_by_text(f, next);
    f = std::move(next);
    grow(bits);
    CAPTURE(bits);
    CHECK(f.page().effective->ipv4_count() <= 256 + 4096);
    CHECK(f.page().held.has_value() == (bits > 12));
  }
}

TEST_CASE("what is found, listed, and was before is one set in memory",
          "[table][domain_book][state]") {
  const config::settings settings =
      settings_of({"a.example", "b.example", "c.example"});
  const auto found = expanded("a.example", "45.0.0.0/24 46.0.0.0/24");
  const auto is_one = [](const domains::known_domain& of) {
    return !of.effective->empty() && of.effective.is_shared_with(of.good.pass);
  };
  book_fixture before{settings};
  before.look(found);
  CHECK(is_one(before.page()));
  const auto first = before.page().effective;
  before.pass(2h);
  before.look(found);
  CHECK(is_one(before.page()));
  CHECK(before.page().effective.is_shared_with(first));
  CHECK(
      before.page().domain.limits.is_shared_with(before.page(1).domain.limits));

  book_fixture f = restarted(before, settings, 30min);
  hand_over_by_text(before, f);
  CHECK(is_one(f.page()));
  const auto kept = f.book.save(f.now).domains[0].growth;
  REQUIRE(kept.recent);
  CHECK(kept.recent->addresses.is_shared_with(f.page().effective));
  CHECK(kept.before.is_shared_with(f.page().effective));
}

TEST_CASE("what is held waits on over a restart",
          "[table][domain_book][state]") {
  const config::settings settings = settings_of({"a.example"});
  book_fixture before{settings};
  before.look(expanded("a.example", "45.0.0.0/24"));
  before.pass(10min);
  const auto grown = expanded("a.example", "45.0.0.0/16");
  // To be saved though nothing is listed by it.
  CHECK(before.look(grown).worth_saving);
  REQUIRE(before.page().held);

  book_fixture f = restarted(before, settings, 30min);
  hand_over_by_text(before, f);
  CHECK(f.page().held == before.page().held);
  CHECK(f.next() == "a.example"); // at once
  f.settle(grown);
  CHECK(f.page().held);
  CHECK(f.lists("45.0.0.0/24"));
  // Then when an hour has passed since it was found first.
  const moment again = f.now.steady;
  CHECK(f.next() == "a.example");
  CHECK(f.now.steady - again <= 31min);
  f.settle(grown);
  CHECK(f.lists("45.0.0.0/16"));
  CHECK_FALSE(f.page().held);
}

TEST_CASE("what an allowed domain lost is allowed over a restart, not for ever",
          "[table][domain_book][state]") {
  config::settings settings = settings_of({"a.example"});
  settings.allow.domains = {domain_of("friend.example")};
  book_fixture before{settings};
  before.look(expanded("a.example", "45.0.0.0/24"));
  before.look(expanded("friend.example", "45.0.0.0/26 45.0.1.0/24"),
              role::allowed);
  before.look(expanded("friend.example", "45.0.1.0/24"), role::allowed);
  REQUIRE(before.lists("45.0.0.64/26 45.0.0.128/25"));

  book_fixture f = restarted(before, settings, 1h);
  hand_over_by_text(before, f);
  CHECK(f.published() == before.published());
  // The second look believes it.
  f.look(expanded("friend.example", "45.0.1.0/24"), role::allowed);
  CHECK(f.lists("45.0.0.0/24"));
}

TEST_CASE("a limit refuses the same after a restart",
          "[table][domain_book][state]") {
  const config::settings settings = settings_of({"a.example"});
  book_fixture before{settings};
  // His own network within one that covers it, and four of the widest.
  before.look(naming("a.example", "45.0.0.0/16 45.0.4.0/22 46.0.0.0/16 "
                                  "48.0.0.0/16 50.0.0.0/16 52.0.0.0/16"));
  REQUIRE(before.page().refusals->size() == 1);

  book_fixture f = restarted(before, settings, 1h);
  hand_over_by_text(before, f);
  CHECK(f.published() == before.published());
  CHECK(f.page().refusals == before.page().refusals);
}

TEST_CASE("a set with IPv4-mapped numbers is found again after a restart",
          "[table][domain_book][state]") {
  config::settings settings = settings_of({"a.example"});
  settings.domains[0].limits.edit().widest_ipv6 = std::nullopt;
  settings.domains[0].limits.edit().ipv6_slash64s = std::nullopt;
  book_fixture before{settings};
  const std::string networks =
      GENERATE("::fffe:0:0/95", "::/64 2a01:100::/56 -::fffe:0:0/96");
  const auto looked = expanded("a.example", networks);
  before.look(looked);

  book_fixture f = restarted(before, settings, 1h);
  const auto text = to_json(before.book.save(before.now));
  f.book.restore(*domains::state_from_json(text), f.now);
  CHECK(f.published() == before.published());
  f.take_due();
  CHECK(told(f.settle(looked)).empty());
}

TEST_CASE("ages count across restarts", "[table][domain_book][state]") {
  config::settings settings = settings_of({"a.example"});
  settings.refresh.keep_stale = 10h;
  book_fixture before{settings};
  before.look(expanded("a.example", "45.0.0.0/24"));
  before.pass(3h);

  book_fixture f = restarted(before, settings, 4h);
  hand_over(before, f);
  CHECK(f.page().good_at == f.now.steady - 7h);
  book_fixture third = restarted(f, settings, 2h); // nothing looked at it
  hand_over(f, third);
  CHECK(third.page().good_at == third.now.steady - 9h);
  third.pass(1h - instant);
  third.look(failing("a.example"));
  CHECK(third.lists("45.0.0.0/24"));
  CHECK(third.page().due == *third.page().good_at + 10h);
  third.look(failing("a.example"));
  CHECK(third.published().empty());
}

TEST_CASE("what is older than keep_stale is not taken",
          "[table][domain_book][state]") {
  config::settings settings = settings_of({"a.example"});
  settings.refresh.keep_stale = 10h;
  book_fixture before{settings};
  before.look(expanded("a.example", "45.0.0.0/24"));
  for (const auto& [age, taken] :
       {std::pair{seconds{10h} - 1s, true}, std::pair{seconds{10h}, false},
        std::pair{seconds{876000h}, false}}) {
    CAPTURE(age.count());
    book_fixture f = restarted(before, settings, age);
    CHECK(hand_over(before, f).listing_changed == taken);
    CHECK(f.published().empty() != taken);
    CHECK(f.page().good_at.has_value() == taken);
  }
}

TEST_CASE("times that lie ahead count as now", "[table][domain_book][state]") {
  config::settings settings = settings_of({"a.example"});
  settings.refresh.keep_stale = 10h;
  book_fixture before{settings};
  before.look(expanded("a.example", "45.0.0.0/24"));
  book_fixture f = restarted(before, settings, -10 * 365 * 24h);
  hand_over(before, f);
  CHECK(f.lists("45.0.0.0/24"));
  CHECK(f.page().good_at == f.now.steady);
}

TEST_CASE("restore leaves alone what is unknown, known, or was never good",
          "[table][domain_book][state]") {
  book_fixture before{
      settings_of({"a.example", "b.example", "c.example", "never.example"})};
  before.look(expanded("a.example", "45.0.0.0/24"));
  before.look(expanded("b.example", "46.0.0.0/24"));
  before.look(expanded("c.example", "47.0.0.0/24"));
  before.look(failing("never.example"));

  // b.example has gone from the settings; c.example is allowed now.
  config::settings settings = settings_of({"a.example", "never.example"});
  settings.allow.domains = {domain_of("c.example")};
  book_fixture f = restarted(before, settings, 1h);
  SECTION("expanded already") {
    f.look(expanded("a.example", "45.0.9.0/24"));
    CHECK_FALSE(hand_over(before, f).listing_changed);
    CHECK(f.lists("45.0.9.0/24"));
    CHECK(f.published().empty()); // waits for c.example
  }
  SECTION("failed already") {
    f.look(failing("a.example"));
    CHECK_FALSE(hand_over(before, f).listing_changed);
    CHECK(f.published().empty());
  }
  SECTION("under way") {
    f.take_due();
    CHECK(hand_over(before, f).listing_changed);
    CHECK(f.published() == "a.example 45.0.0.0/24");
    f.settle(failing("a.example"));
    CHECK(f.published() == "a.example 45.0.0.0/24");
    CHECK(f.page(2).effective->empty());
    CHECK(f.page(1).tried == false);
  }
}

TEST_CASE("a restored listing is subject to allow and limits in force",
          "[table][domain_book][state]") {
  book_fixture before{settings_of({"a.example"})};
  before.look(expanded("a.example", "45.0.0.0/16 46.0.0.0/24"));

  config::settings settings = settings_of({"a.example"});
  settings.domains[0].limits.edit().widest_ipv4 = 20;
  settings.allow.networks = {{*net::ip_prefix::parse("46.0.0.0/25")}};
  book_fixture f = restarted(before, settings, 1h);
  CHECK(told(hand_over(before, f)) ==
        "!kept off by allow; !refused by a limit");
  CHECK(f.lists("46.0.0.128/25"));
}

TEST_CASE("a failing and a gone domain go on as such after a restart",
          "[table][domain_book][state]") {
  const auto settings = settings_of({"a.example", "b.example"});
  book_fixture before{settings};
  before.look(expanded("a.example", "45.0.0.0/24"));
  before.look(expanded("b.example", "46.0.0.0/24"));
  for (int i = 0; i < 3; ++i)
    before.look(failing("a.example"));
  before.look(gone("b.example"));

  book_fixture f = restarted(before, settings, 1h);
  hand_over(before, f);
  const auto failed = f.look(failing("a.example"));
  CHECK(failed.events.empty()); // no news
  CHECK(failed.due == f.now.steady + 16min);
  CHECK(f.look(gone("b.example")).listing_changed); // the second look
  CHECK(f.published() == "a.example 45.0.0.0/24");
}

TEST_CASE("a term keeps the time when it was first seen",
          "[table][domain_book][state]") {
  const auto settings = settings_of({"a.example"});
  book_fixture before{settings};
  const auto first = before.now.wall;
  before.look(expanded("a.example", "45.0.0.0/24"));
  before.pass(48h);

  book_fixture f = restarted(before, settings, 1h);
  hand_over(before, f);
  f.look(expanded("a.example", "45.0.0.0/24 46.0.0.0/24"));
  const auto& terms = f.page().good.authorised;
  REQUIRE(terms.size() == 2);
  CHECK(terms[0].since == first);
  CHECK(terms[1].since == f.now.wall);
}

TEST_CASE("a refresh that finds nothing new is neither published nor saved",
          "[table][domain_book][state]") {
  book_fixture f{settings_of({"a.example"})};
  const auto good = expanded("a.example", "45.0.0.0/24");
  const auto quiet = [&](const spf::expansion& result) {
    const auto led_to = f.look(result);
    return !led_to.listing_changed && !led_to.worth_saving;
  };
  CHECK_FALSE(quiet(good));
  CHECK(quiet(good));
  CHECK(quiet(failing("a.example")));
  CHECK(quiet(good));
  CHECK_FALSE(quiet(gone("a.example"))); // "gone once" outlives a restart
  CHECK(quiet(good));

  // The same addresses through other terms: saved, not published.
  auto other = good;
  other.terms[0].text = "a:mail.a.example";
  const auto led_to = f.look(other);
  CHECK_FALSE(led_to.listing_changed);
  CHECK(led_to.worth_saving);
}

TEST_CASE("a stale listing of which nothing was listed is forgotten too",
          "[table][domain_book][state]") {
  config::settings settings = settings_of({"a.example"});
  settings.refresh.keep_stale = 1h;
  settings.allow.networks = {{*net::ip_prefix::parse("45.0.0.0/8")}};
  book_fixture f{settings};
  f.look(expanded("a.example", "45.0.0.0/24"));
  REQUIRE(f.page().kept_off == set_of("45.0.0.0/24"));
  const auto led_to = f.look(failing("a.example"));
  CHECK_FALSE(led_to.listing_changed);
  CHECK(led_to.worth_saving);
  CHECK(f.page().kept_off->empty());
  CHECK(f.page().good == domains::finding{});
}

TEST_CASE("jumps of the calendar change no age while running",
          "[table][domain_book][state]") {
  config::settings settings = settings_of({"a.example"});
  settings.refresh.keep_stale = 10h;
  for (const seconds jump :
       {seconds{10 * 365 * 24h}, -seconds{30 * 365 * 24h}}) {
    CAPTURE(jump.count());
    book_fixture f{settings};
    f.look(expanded("a.example", "45.0.0.0/24", 3600));
    const moment good_at = f.now.steady;
    const moment due = f.page().due;
    f.now.wall += jump;
    CHECK(f.page().due == due);
    CHECK(f.book.next_due(f.now) == due);
    CHECK(f.book.take_due(f.now).empty());
    f.look(failing("a.example"));
    CHECK(f.page().good_at == good_at);
    f.pass_until(good_at + 10h - 2s);
    f.take_due();
    f.settle(failing("a.example"));
    CHECK(f.lists("45.0.0.0/24"));

    // Saved by the new calendar, so that the age is what it is.
    book_fixture later = restarted(f, settings, 0s);
    hand_over(f, later);
    REQUIRE(later.page().good_at);
    const auto age = later.now.steady - *later.page().good_at;
    CHECK(age >= 10h - 2s);
    CHECK(age <= 10h - 1s);

    f.look(failing("a.example"));
    CHECK(f.published().empty());
  }
}

TEST_CASE("what is saved is read back as it was",
          "[table][domain_book][state]") {
  config::settings settings = settings_of({"a.example", "b.example"});
  settings.allow.domains = {domain_of("friend.example")};
  book_fixture f{settings};
  f.look(expanded("a.example", "45.0.0.0/24 2a01::/64"));
  f.look(failing("b.example", "b.example TXT: SERVFAIL from 127.0.0.1:53"));
  f.look(expanded("friend.example", "45.0.0.0/26"), role::allowed);
  const domains::state saved = f.book.save(f.now);
  const auto read = domains::state_from_json(domains::to_json(saved));
  REQUIRE(read);
  CHECK(*read == saved);
}

TEST_CASE("about whom the mail decides outlives a restart, and is forgotten "
          "with the networks",
          "[table][domain_book][state]") {
  config::settings settings = settings_of({"a.example"});
  settings.refresh.keep_stale = 2h;
  book_fixture before{settings};
  auto look = expanded("a.example", "45.0.0.0/24");
  look.terms.emplace_back().text = "ptr";
  look.residue = {set_of("46.0.0.0/8"),
                  {true, false},
                  {look.terms.size() - 1},
                  {{name_of("a.example"), set_of("46.0.0.0/8")}}};
  CHECK(before.look(look).worth_saving);

  book_fixture f = restarted(before, settings, 1h);
  hand_over_by_text(before, f);
  REQUIRE(f.page().waits_for_mail);
  CHECK(*f.page().waits_for_mail == *before.page().waits_for_mail);
  CHECK(f.page().mail_terms == before.page().mail_terms);
  const table::snapshot table{f.book.listings()};
  const auto client = *net::ip_address::parse("46.1.2.3");
  CHECK(table.decided_by_mail(name_of("m.a.example"), client) != nullptr);
  CHECK(table.find_by_name(name_of("m.a.example"), client).has_value());

  // The same is found again: nothing new.
  CHECK_FALSE(f.look(look).listing_changed);
  f.look(failing("a.example"));
  CHECK(f.page().waits_for_mail);
  f.pass(3h);
  f.look(failing("a.example"));
  CHECK_FALSE(f.page().waits_for_mail);
}

TEST_CASE("a domain whose mail alone decides outlives a restart, too",
          "[table][domain_book][state]") {
  const config::settings settings = settings_of({"a.example"});
  book_fixture before{settings};
  auto look = expanded("a.example", "");
  look.terms.emplace_back().text = "exists:%{i}.x.example";
  look.residue = {set_of("0.0.0.0/0 ::/0"), {}, {look.terms.size() - 1}, {}};
  CHECK(before.look(look).worth_saving);
  book_fixture f = restarted(before, settings, 1h);
  hand_over_by_text(before, f);
  REQUIRE(f.page().waits_for_mail);
  CHECK(f.published() == "a.example");
}

TEST_CASE("whom the DNS left undecided the mail decides about over a restart, "
          "each until keep_stale",
          "[table][domain_book][state]") {
  config::settings settings = settings_of({"a.example"});
  settings.refresh.keep_stale = 10h;
  book_fixture before{settings};
  const auto look = [](const char* networks) {
    auto made = expanded("a.example", "");
    made.terms.emplace_back().text = "ptr";
    made.residue = {set_of(networks),
                    {},
                    {made.terms.size() - 1},
                    {{name_of("a.example"), set_of(networks)}}};
    return made;
  };
  // Never was all of it good.
  before.look(undecided(look("46.0.0.0/8"), "47.0.0.0/8"));
  before.pass(3h);
  CHECK(
      before.look(undecided(look("46.0.0.0/9"), "46.128.0.0/9")).worth_saving);
  REQUIRE_FALSE(before.page().good_at);

  const auto found_at = [&](seconds after) {
    book_fixture f = restarted(before, settings, after);
    hand_over_by_text(before, f);
    const auto& waits = f.page().waits_for_mail;
    if (!waits)
      return std::string{};
    CHECK(waits->named.at(0).addresses == waits->addresses);
    return listed(waits->addresses);
  };
  CHECK(found_at(1h) == "46.0.0.0/8");
  CHECK(found_at(7h - 1s) == "46.0.0.0/8");
  CHECK(found_at(7h) == "46.0.0.0/9"); // the other half was found 10 hours ago
  CHECK(found_at(10h - 1s) == "46.0.0.0/9");
  CHECK(found_at(10h).empty());

  // It goes on from there as without the restart.
  book_fixture f = restarted(before, settings, 1h);
  hand_over_by_text(before, f);
  f.look(failing("a.example"));
  f.pass(6h);
  f.look(failing("a.example"));
  CHECK(listed(f.page().waits_for_mail->addresses) == "46.0.0.0/9");
  f.pass(3h);
  f.look(failing("a.example"));
  CHECK_FALSE(f.page().waits_for_mail);
}

} // namespace domain_book_state_test
