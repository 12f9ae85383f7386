// What the DNS leaves undecided: an error strikes whom it strikes at a
// receiver.
#include "core/reports/status.hpp"
#include "tests/support/book_fixture.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/check_host.hpp"

#include <array>
#include <map>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace domain_book_undecided_test {

using namespace spfblock;
using namespace spfblock::testing;
using namespace std::chrono_literals;
using reports::domain_condition;
using spf::on_permerror;

namespace {

config::settings kept_for(std::chrono::seconds keep_stale) {
  config::settings settings = settings_of({"a.example"});
  settings.refresh.keep_stale = keep_stale;
  return settings;
}

spf::expansion expansion_of(std::string_view domain,
                            std::string_view description) {
  zone_answers zone{description};
  return expand(domain, zone).result;
}

reports::domain_status status_of(const book_fixture& f, std::size_t i = 0) {
  return reports::report(f.book, f.now).domains.at(i);
}

/// The same book in a later process.
book_fixture restarted(const book_fixture& from,
                       const config::settings& settings) {
  const auto kept = domains::state_from_json(to_json(from.book.save(from.now)));
  REQUIRE(kept);
  book_fixture later{settings, {}, from.now};
  later.book.restore(*kept, later.now);
  return later;
}

} // namespace

// The first look -----------------------------------------------------------

TEST_CASE("a host whose AAAA fails is listed by its A",
          "[domains][domain_book][undecided]") {
  book_fixture f{settings_of({"six.test"})};
  const auto led_to = f.look(expansion_of("six.test", R"(
      six.test v=spf1 a:h.six.test -all
      h.six.test 60 A 45.0.2.1
      fail h.six.test AAAA)"));
  CHECK(f.lists("45.0.2.1/32"));
  CHECK(told(led_to) == "!record not listed in full; listing changed");
  CHECK(f.page().trouble->starts_with(
      "undecided for all IPv6 clients: h.six.test AAAA: "));
  CHECK(status_of(f).condition == domain_condition::fresh);
}

TEST_CASE("what passes before an include that fails is listed, at once and for "
          "ever",
          "[domains][domain_book][undecided]") {
  book_fixture f{kept_for(4h)};
  const auto result = expansion_of("a.example", R"(
      a.example v=spf1 ip4:45.0.1.0/24 include:dead.test -all
      fail dead.test TXT)");
  for (int looks = 0; looks < 100; ++looks) {
    const auto led_to = f.look(result);
    CHECK(led_to.listing_changed == (looks == 0));
    CHECK(f.lists("45.0.1.0/24"));
    CHECK(status_of(f).condition == domain_condition::fresh);
    CHECK(status_of(f).kept == 0);
  }
  CHECK(f.now.steady - beginning.steady > 24h);
  CHECK(f.page().failures == 100);
}

TEST_CASE("an allowed domain protects what is decided, and says that it is a "
          "part",
          "[domains][domain_book][undecided]") {
  config::settings settings = settings_of({"a.example"});
  settings.allow.domains = {domain_of("friend.test")};
  book_fixture f{settings};
  f.look(expanded("a.example", "45.0.1.0/24"));
  const auto led_to = f.look(expansion_of("friend.test", R"(
      friend.test v=spf1 ip4:45.0.1.0/25 a:h.friend.test -all
      fail h.friend.test A)"),
                             role::allowed);
  CHECK(f.lists("45.0.1.128/25"));
  CHECK(told(led_to).find("!allowed allowed domain protects only a part") !=
        std::string::npos);
  CHECK(gap_in(status_of(f, 1))
            .starts_with("protects only a part: undecided for all other IPv4 "
                         "clients: h.friend.test A: "));
}

TEST_CASE("a first look that decides about nobody lists nothing and is tried "
          "again",
          "[domains][domain_book][undecided]") {
  book_fixture f{kept_for(4h)};
  const auto result = expansion_of("a.example", R"(
      a.example v=spf1 include:dead.test -all
      fail dead.test TXT)");
  const auto led_to = f.look(result);
  CHECK(f.published().empty());
  CHECK(led_to.due == f.now.steady + 2min);
  CHECK(status_of(f).condition == domain_condition::unknown);
  f.look(expanded("a.example", "45.0.1.0/24"));
  CHECK(f.lists("45.0.1.0/24"));
}

TEST_CASE("one who is decided not to pass makes nobody known",
          "[domains][domain_book][undecided]") {
  book_fixture f{kept_for(4h)};
  f.look(expansion_of("a.example", R"(
      a.example v=spf1 -ip4:45.0.1.0/24 include:dead.test -all
      fail dead.test TXT)"));
  CHECK(status_of(f).condition == domain_condition::unknown);
}

// What is kept -------------------------------------------------------------

TEST_CASE("who is undecided stays listed until keep_stale has passed since he "
          "was good, and the others for ever",
          "[domains][domain_book][undecided]") {
  book_fixture f{kept_for(10h)};
  f.look(expanded("a.example", "45.0.1.0/24 45.0.2.0/24"));
  const moment good_at = f.now.steady;
  const auto in_part = undecided(expanded("a.example", "45.0.1.0/24"));

  const auto first = f.look(in_part);
  CHECK(told(first) == "!domain failing");
  CHECK(lines_of(first, "domain failing").find("networks_kept=1") !=
        std::string::npos);
  while (f.now.steady < good_at + 10h) {
    CHECK(f.lists("45.0.1.0/24 45.0.2.0/24"));
    const auto told = status_of(f);
    CHECK(told.condition == domain_condition::failing);
    CHECK(told.age == 0s);
    CHECK(told.kept == 1);
    CHECK(told.kept_age == f.now.steady - good_at);
    const auto led_to = f.look(in_part);
    if (f.now.steady == good_at + 10h) {
      CHECK(testing::told(led_to) == "!stale listing dropped; listing changed");
      CHECK(led_to.worth_saving);
    } else {
      CHECK_FALSE(led_to.listing_changed);
      CHECK_FALSE(led_to.worth_saving);
    }
  }
  CHECK(f.now.steady == good_at + 10h);
  CHECK(f.lists("45.0.1.0/24"));
  CHECK(status_of(f).condition == domain_condition::fresh);
  for (int i = 0; i < 30; ++i)
    f.look(in_part);
  CHECK(f.lists("45.0.1.0/24"));
  CHECK(told(f.look(expanded("a.example", "45.0.1.0/24 45.0.2.0/24"))) ==
        "domain recovered; listing changed");
}

TEST_CASE("who is decided not to pass leaves at once, whatever fails behind",
          "[domains][domain_book][undecided]") {
  book_fixture f{kept_for(10h)};
  f.look(expanded("a.example", "45.0.1.0/24 45.0.2.0/24"));
  SECTION("others pass") {
    f.look(undecided(expanded("a.example", "45.0.3.0/24"), "45.0.2.0/25"));
    CHECK(f.lists("45.0.2.0/25 45.0.3.0/24"));
  }
  SECTION("nobody passes") {
    const moment good_at = f.now.steady;
    f.look(undecided(expanded("a.example", ""), "45.0.2.0/25"));
    CHECK(f.lists("45.0.2.0/25"));
    CHECK(f.page().good_at == good_at);
    CHECK(status_of(f).condition == domain_condition::failing);
  }
  SECTION("nobody is undecided") {
    f.look(expanded("a.example", "45.0.2.0/25"));
    CHECK(f.lists("45.0.2.0/25"));
  }
}

TEST_CASE("failures that alternate neither renew an age nor lose one",
          "[domains][domain_book][undecided]") {
  const config::settings settings = kept_for(10h);
  book_fixture f{settings};
  // Two includes: one of them fails at any time.
  const auto first = undecided(expanded("a.example", "45.0.1.0/24"));
  const auto second =
      undecided(expanded("a.example", "45.0.2.0/24"), "45.0.1.0/24");
  f.look(expanded("a.example", "45.0.1.0/24 45.0.2.0/24"));
  for (int i = 0; i < 40; ++i) {
    f.look(first);
    f.look(second);
    CHECK(f.lists("45.0.1.0/24 45.0.2.0/24"));
    if (i % 7 == 0)
      f = restarted(f, settings);
  }
  REQUIRE(f.now.steady > beginning.steady + 20h);

  // Now both fail, and each ends when it is old enough.
  f.look(first);
  const moment first_good = f.now.steady;
  f.look(second);
  const moment second_good = f.now.steady;
  const auto both = undecided(expanded("a.example", "45.0.9.0/24"));
  const bool restarts = GENERATE(false, true);
  while (f.now.steady < first_good + 10h) {
    CHECK(f.lists(f.now.steady == second_good
                      ? "45.0.1.0/24 45.0.2.0/24"
                      : "45.0.1.0/24 45.0.2.0/24 45.0.9.0/24"));
    const moment before = f.now.steady;
    f.look(both);
    // All is due then.
    if (restarts && f.now.steady != before)
      f = restarted(f, settings);
  }
  CHECK(f.now.steady == first_good + 10h);
  CHECK(f.lists("45.0.2.0/24 45.0.9.0/24"));
  while (f.now.steady < second_good + 10h)
    f.look(both);
  CHECK(f.now.steady == second_good + 10h);
  CHECK(f.lists("45.0.9.0/24"));
}

TEST_CASE("what is kept is older after a failure that strikes everybody",
          "[domains][domain_book][undecided]") {
  book_fixture f{kept_for(10h)};
  f.look(expanded("a.example", "45.0.1.0/24 45.0.2.0/24"));
  const moment good_at = f.now.steady;
  f.look(undecided(expanded("a.example", "45.0.1.0/24")));
  const moment in_part_at = f.now.steady;
  while (f.now.steady < good_at + 10h) {
    CHECK(f.lists("45.0.1.0/24 45.0.2.0/24"));
    f.look(failing("a.example"));
  }
  CHECK(f.lists("45.0.1.0/24"));
  while (f.now.steady < in_part_at + 10h)
    f.look(failing("a.example"));
  CHECK(f.now.steady == in_part_at + 10h);
  CHECK(f.published().empty());
  CHECK_FALSE(f.page().good_at);
}

TEST_CASE("a restart brings back no network that is too old",
          "[domains][domain_book][undecided]") {
  const config::settings settings = kept_for(10h);
  book_fixture f{settings};
  f.look(expanded("a.example", "45.0.1.0/24 45.0.2.0/24"));
  f.look(undecided(expanded("a.example", "45.0.1.0/24")));
  f.pass_until(beginning.steady + 10h - 1s);
  CHECK(restarted(f, settings).lists("45.0.1.0/24 45.0.2.0/24"));
  f.pass(1s);
  CHECK(restarted(f, settings).lists("45.0.1.0/24"));
}

TEST_CASE(
    "without keep_stale what is undecided goes, and what is decided stays",
    "[domains][domain_book][undecided]") {
  book_fixture f{kept_for(0s)};
  f.look(expanded("a.example", "45.0.1.0/24 45.0.2.0/24"));
  f.look(undecided(expanded("a.example", "45.0.1.0/24")));
  CHECK(f.lists("45.0.1.0/24"));
}

TEST_CASE("what is allowed later is taken off what is kept",
          "[domains][domain_book][undecided]") {
  config::settings settings = kept_for(10h);
  book_fixture f{settings};
  f.look(expanded("a.example", "45.0.1.0/24 45.0.2.0/24"));
  f.look(undecided(expanded("a.example", "45.0.1.0/24")));
  settings.allow.networks = {{*net::ip_prefix::parse("45.0.2.0/25")}};
  f.apply(settings);
  CHECK(f.lists("45.0.1.0/24 45.0.2.128/25"));
}

TEST_CASE("what an allowed domain lost stays allowed until it is decided again",
          "[domains][domain_book][undecided]") {
  config::settings settings = settings_of({"a.example"});
  settings.refresh.keep_stale = 4h;
  settings.allow.domains = {domain_of("friend.example")};
  book_fixture f{settings};
  f.look(expanded("friend.example", "45.0.1.0/24 45.0.2.0/24"), role::allowed);
  f.look(expanded("friend.example", "45.0.1.0/24"), role::allowed);
  const auto in_part = undecided(expanded("friend.example", "45.0.1.0/24"));
  f.look(in_part, role::allowed);
  CHECK(f.lists("45.0.1.0/24 45.0.2.0/24", 1));
  SECTION("that it is gone") {
    f.look(expanded("friend.example", "45.0.1.0/24"), role::allowed);
  }
  SECTION("or for as long as networks are kept") {
    for (int i = 0; i < 10; ++i)
      f.look(in_part, role::allowed);
  }
  CHECK(f.lists("45.0.1.0/24", 1));
}

TEST_CASE("a term that is kept keeps its time, and explains its networks",
          "[domains][domain_book][undecided]") {
  book_fixture f{kept_for(10h)};
  f.look(expanded("a.example", "45.0.1.0/24 45.0.2.0/24"));
  const auto since = f.page().good.authorised.at(1).since;
  f.look(undecided(expanded("a.example", "45.0.1.0/24")));
  const auto& kept = f.page().good.authorised.at(1);
  CHECK(kept.term == "ip4:45.0.2.0/24");
  CHECK(kept.since == since);
  CHECK(kept.kept_for == f.now.steady - beginning.steady);
  f.look(expanded("a.example", "45.0.1.0/24 45.0.2.0/24"));
  CHECK(f.page().good.authorised.at(1).since == since);
  CHECK(f.page().good.authorised.at(1).kept_for == 0s);
}

TEST_CASE("a question that fails is asked again soon, then at the interval",
          "[domains][domain_book][undecided]") {
  book_fixture f{settings_of({"a.example"})};
  const auto in_part = undecided(expanded("a.example", "45.0.1.0/24"));
  std::vector<std::chrono::minutes> waits;
  for (int i = 0; i < 7; ++i) {
    const auto due = *f.look(in_part).due;
    waits.push_back(
        std::chrono::floor<std::chrono::minutes>(due - f.now.steady));
  }
  CHECK(waits == std::vector<std::chrono::minutes>{2min, 4min, 8min, 16min,
                                                   32min, 60min, 60min});
  // A record with a short TTL is followed as it asks.
  const auto quick = undecided(expanded("a.example", "45.0.1.0/24", 300));
  const auto due = f.look(quick).due;
  CHECK(due == f.now.steady + 5min);
}

// The night ----------------------------------------------------------------

namespace {

/// A domain of the night: its two records, which name innocents as well, and
/// ten ways to fail.
constexpr std::array<std::string_view, 2> records{
    R"(a.example v=spf1 ip4:45.0.1.0/24 a:h.a.example -include:x.a.example mx:m.a.example include:y.a.example ip4:45.0.6.0/24 ip4:46.0.0.0/23 ip4:64.233.160.0/24 ?all
)",
    R"(a.example v=spf1 ip4:46.0.0.0/23 ip4:64.233.160.0/24 include:y.a.example -ip4:45.0.1.0/25 a:h.a.example ip4:45.0.1.0/24 redirect=x.a.example
)"};
constexpr std::string_view rest =
    R"(x.a.example v=spf1 ip4:45.0.3.0/24 a:g.a.example -all
y.a.example v=spf1 ip4:45.0.4.0/24 ip4:45.0.3.0/25 a:g.a.example -all
m.a.example 60 MX 10 n.a.example
h.a.example 60 A 45.0.2.1
h.a.example 60 AAAA 2a01:2::1
g.a.example 60 A 45.0.5.1
g.a.example 60 AAAA 2a01:5::1
n.a.example 60 A 45.0.7.1
n.a.example 60 AAAA 2a01:7::1
)";
constexpr std::array<std::string_view, 11> ways{
    "",
    "fail a.example TXT",
    "fail h.a.example A",
    "fail h.a.example AAAA",
    "fail x.a.example TXT",
    "fail y.a.example TXT",
    "fail m.a.example MX",
    "fail n.a.example A\nfail g.a.example AAAA",
    "fail g.a.example A",
    "fail h.a.example A\nfail y.a.example TXT",
    "fail h.a.example AAAA\nfail x.a.example TXT\nfail g.a.example A"};
constexpr std::array<std::string_view, 13> clients{
    "45.0.1.1",  "45.0.1.200", "45.0.2.1", "45.0.3.1", "45.0.3.200",
    "45.0.4.1",  "45.0.5.1",   "45.0.6.1", "45.0.7.1", "45.0.9.1",
    "2a01:2::1", "2a01:5::1",  "2a01:7::1"};
/// Who must never be listed: of the friend, of a provider, and of one whose
/// networks are shipped.
constexpr std::array<std::string_view, 3> innocents{"46.0.0.1", "46.0.1.1",
                                                    "64.233.160.1"};
constexpr std::string_view friend_name = "friend.example";
constexpr std::string_view provider_name = "provider.example";
constexpr std::string_view shipped_name = "_spf.google.com";

/// What the DNS says of them.
class allowed_of_the_night {
public:
  /// Its name servers fail for hours now and then, but for less than
  /// keep_stale.
  void may_fail(std::mt19937& random, moment now) {
    for (moment* until : {&friend_fails_until_, &provider_fails_until_}) {
      if (now >= *until + 2h && random() % 20 == 0)
        *until = now + std::chrono::minutes{random() % 240};
    }
  }

  [[nodiscard]] spf::expansion look(const std::string& name, moment now) {
    if (name == friend_name)
      return said(name, "46.0.0.0/24", now < friend_fails_until_);
    if (name == provider_name)
      return said(name, "46.0.1.0/24", now < provider_fails_until_);
    return failing(name);
  }

private:
  /// What fails leaves everybody undecided, or all but some others.
  [[nodiscard]] spf::expansion said(const std::string& name,
                                    std::string_view networks, bool fails) {
    if (!fails)
      return expanded(name, networks);
    return ++failures_ % 2 == 0 ? failing(name)
                                : undecided(expanded(name, "198.51.100.0/24"));
  }

  moment friend_fails_until_ = beginning.steady + 1min;
  moment provider_fails_until_{};
  unsigned failures_ = 0;
};

/// What the DNS says in one state, to the book and to a receiver.
struct answer_of_the_night {
  spf::expansion expansion;
  std::vector<verdict> verdicts; ///< of the clients
};

answer_of_the_night answer_in(std::size_t record, std::size_t way) {
  zone_answers zone{std::string{records.at(record)} + std::string{rest} +
                    std::string{ways.at(way)}};
  answer_of_the_night made{expand("a.example", zone).result, {}};
  checker judge{zone};
  for (const std::string_view client : clients)
    made.verdicts.push_back(judge.check_host(*net::ip_address::parse(client),
                                             name_of("a.example")));
  return made;
}

/// What should be listed, address by address.
struct twin {
  std::array<std::optional<moment>, clients.size()> good_at;

  void look(const std::vector<verdict>& said, moment now,
            std::chrono::seconds keep_stale) {
    for (std::size_t i = 0; i < said.size(); ++i) {
      if (said[i] == verdict::pass)
        good_at[i] = now;
      else if (said[i] != verdict::temperror ||
               (good_at[i] && now - *good_at[i] >= keep_stale))
        good_at[i] = std::nullopt;
    }
  }
};

} // namespace

TEST_CASE("a night in which the name servers of 200 domains fail in ten ways, "
          "and those of who is allowed",
          "[domains][domain_book][undecided][story]") {
  std::map<std::pair<std::size_t, std::size_t>, answer_of_the_night> dns;
  for (std::size_t record = 0; record < records.size(); ++record) {
    for (std::size_t way = 0; way < ways.size(); ++way)
      dns[{record, way}] = answer_in(record, way);
  }
  constexpr auto keep_stale = 5h;
  constexpr std::size_t domains = 200;
  std::vector<std::string> names;
  for (std::size_t i = 0; i < domains; ++i)
    names.push_back("d" + std::to_string(i) + ".example");
  config::settings settings = settings_of(names);
  settings.refresh.keep_stale = keep_stale;
  settings.allow.domains = {domain_of(friend_name)};
  settings.allow.domains[0].on_permerror = on_permerror::skip;
  settings.allow.providers = {name_of(shipped_name), name_of(provider_name)};

  std::mt19937 random{1};
  book_fixture f{settings};
  allowed_of_the_night allowed;
  unsigned waited = 0;
  std::vector<twin> twins(domains);
  std::vector<std::size_t> record(domains);
  std::vector<std::size_t> way(domains);
  std::size_t kept = 0;
  std::size_t stale = 0;

  const auto look_at = [&](const dns::name& domain) {
    const std::string name = domain.to_string();
    const std::size_t i = std::stoul(name.substr(1));
    const auto& said = dns.at({record[i], way[i]});
    spf::expansion result = said.expansion;
    result.domain = domain;
    const auto led_to = f.settle(result);
    stale += lines_of(led_to, "stale listing dropped").empty() ? 0U : 1U;
    twins[i].look(said.verdicts, f.now.steady, keep_stale);
    CAPTURE(i, record[i], way[i], f.now.wall.time_since_epoch().count());
    for (std::size_t j = 0; j < clients.size(); ++j) {
      CAPTURE(clients.at(j));
      REQUIRE(f.page(i).effective->contains(*net::ip_address::parse(
                  clients.at(j))) == twins[i].good_at.at(j).has_value());
    }
    kept += kept_in(f.page(i).good).empty() ? 0U : 1U;
  };
  const auto look_at_all_due = [&] {
    f.book.end_waiting(f.now);
    for (const auto& each : f.book.take_due(f.now)) {
      if (each.role == role::listed)
        look_at(each.domain);
      else
        f.settle(allowed.look(each.domain.to_string(), f.now.steady),
                 role::allowed);
    }
    waited += f.book.awaits_allowed(f.now.steady) ? 1U : 0U;
    const net::address_set blocked = f.blocked();
    for (const std::string_view each : innocents) {
      CAPTURE(each, f.now.wall.time_since_epoch().count());
      REQUIRE_FALSE(blocked.contains(*net::ip_address::parse(each)));
    }
  };

  for (int minute = 0; minute < 36 * 60; minute += 10) {
    // Each of them comes and goes every few hours.
    for (std::size_t i = 0; i < domains; ++i) {
      if (random() % 20 == 0)
        way[i] = random() % 3 == 0 ? 0 : random() % ways.size();
      if (random() % 60 == 0)
        record[i] = random() % records.size();
    }
    allowed.may_fail(random, f.now.steady);
    const moment end = f.now.steady + 10min;
    while (*f.book.next_due(f.now) < end) {
      f.pass_until(std::max(*f.book.next_due(f.now), f.now.steady));
      look_at_all_due();
    }
    f.pass_until(end);
    if (random() % 30 == 0)
      f = restarted(f, settings);
  }
  // It was such a night.
  CHECK(kept > 1000);
  CHECK(stale > 100);
  CHECK(waited > 0);
}

} // namespace domain_book_undecided_test
