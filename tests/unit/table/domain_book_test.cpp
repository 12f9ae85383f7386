#include "core/table/domain_book.hpp"

#include <catch2/catch.hpp>

#include <functional>
#include <random>
#include <string>
#include <string_view>
#include <vector>

using namespace spfblock;
using namespace std::chrono_literals;
using spf::on_permerror;
using std::chrono::seconds;
using table::domain_book;
using table::moment;

namespace {

const moment start{5000h};
constexpr auto instant = moment::duration{1};

dns::name name_of(std::string_view text) {
  return *dns::name::from_text(text);
}

config::domain_entry entry_of(std::string_view domain,
                              std::string_view action = "REJECT {domain}",
                              on_permerror reaction = on_permerror::stop) {
  return {name_of(domain), *table::action::parse(action), reaction, ""};
}

config::network_entry by_hand(std::string_view network,
                              std::string_view action) {
  return {*net::ip_prefix::parse(network), *table::action::parse(action), ""};
}

config::settings settings_of(const std::vector<std::string>& domains) {
  config::settings made;
  for (const std::string& each : domains)
    made.domains.push_back(entry_of(each));
  return made;
}

net::address_set set_of(const std::vector<std::string>& networks) {
  std::vector<net::ip_prefix> prefixes;
  for (const std::string& network : networks)
    prefixes.push_back(*net::ip_prefix::parse(network));
  return net::address_set::of(prefixes);
}

spf::expansion expanded(std::string_view domain,
                        const std::vector<std::string>& networks,
                        std::uint32_t ttl = 86400) {
  spf::expansion made;
  made.domain = name_of(domain);
  made.pass = set_of(networks);
  made.ttl = ttl;
  made.records = {{made.domain, std::nullopt, "v=spf1", ttl, ""}};
  return made;
}

spf::expansion failing(std::string_view domain,
                       const std::string& reason = "timeout") {
  spf::expansion made;
  made.domain = name_of(domain);
  made.outcome = spf::outcome::temperror;
  made.reason = reason;
  return made;
}

spf::expansion gone(std::string_view domain) {
  spf::expansion made;
  made.domain = name_of(domain);
  made.outcome = spf::outcome::no_record;
  made.records = {{made.domain, std::nullopt, "", 0, "no SPF record"}};
  made.ttl = 86400;
  return made;
}

spf::expansion with_remark(spf::expansion of, const std::string& remark) {
  spf::term_visit term;
  term.text = "ptr";
  term.remarks = {remark};
  of.terms = {term};
  return of;
}

/// A book with its clock.
struct fixture {
  domain_book book;
  moment now = start;

  explicit fixture(const config::settings& settings) {
    book.apply(settings, now);
  }

  /// The domains that are due now, which are being expanded from now on.
  std::string take_due() {
    std::string list;
    for (const auto& each : book.take_due(now))
      list += (list.empty() ? "" : " ") + each.domain.to_string();
    return list;
  }

  /// Goes to the moment when a domain is due.
  std::string next() {
    const auto due = book.next_due();
    REQUIRE(due);
    REQUIRE(*due >= now);
    now = *due;
    return take_due();
  }

  domain_book::settlement settle(const spf::expansion& result) {
    return book.settle(result, now);
  }

  /// Waits until domains are due and settles this one's expansion.
  domain_book::settlement settle_next(const spf::expansion& result) {
    next();
    return settle(result);
  }

  [[nodiscard]] const domain_book::page& page(std::size_t i = 0) const {
    REQUIRE(i < book.pages().size());
    return book.pages()[i];
  }

  [[nodiscard]] bool lists(const std::vector<std::string>& networks,
                           std::size_t i = 0) const {
    return page(i).listed == set_of(networks);
  }

  /// "NAME NETWORK,NETWORK; ..." of what is to be published.
  [[nodiscard]] std::string published() const {
    std::string text;
    for (const table::listing& each : book.listings()) {
      text += (text.empty() ? "" : "; ") + each.name;
      char separator = ' ';
      for (const net::ip_prefix& network : each.networks) {
        text += separator + network.to_string();
        separator = ',';
      }
    }
    return text;
  }
};

/// The phrases of the events, with "!" before a warning.
std::string told(const domain_book::settlement& of) {
  std::string text;
  for (const log::event& each : of.events) {
    text += text.empty() ? "" : "; ";
    text += each.severity() == level::warning ? "!" : "";
    text += each.line().substr(0, each.line().find(" domain="));
  }
  return text;
}

} // namespace

TEST_CASE("new domains are due at once, in order, and taken once",
          "[table][domain_book]") {
  fixture f{settings_of({"b.example", "a.example", "c.example"})};
  CHECK(f.book.next_due() == f.now);
  CHECK(f.published().empty());
  CHECK(f.book.expanding() == 0);

  CHECK(f.take_due() == "b.example a.example c.example");
  CHECK(f.take_due().empty());
  CHECK(f.book.expanding() == 3);
  CHECK_FALSE(f.book.next_due());
}

TEST_CASE("a book without domains has nothing to do", "[table][domain_book]") {
  domain_book untouched;
  CHECK(untouched.take_due(start).empty());
  CHECK_FALSE(untouched.next_due());
  CHECK(untouched.listings().empty());

  fixture f{settings_of({})};
  CHECK(f.take_due().empty());
  CHECK_FALSE(f.book.next_due());
}

TEST_CASE("a domain is expanded by its own rules and the limits of all",
          "[table][domain_book]") {
  config::settings settings;
  settings.domains = {entry_of("a.example", "REJECT", on_permerror::skip),
                      entry_of("b.example", "REJECT", on_permerror::list_void)};
  settings.limits.widest_ipv4 = 20;
  settings.limits.widest_ipv6 = std::nullopt;
  settings.limits.dns_queries = 7;
  settings.limits.depth = 3;
  domain_book book;
  book.apply(settings, start);

  const auto due = book.take_due(start);
  REQUIRE(due.size() == 2);
  CHECK(due[0].domain == name_of("a.example"));
  CHECK(due[0].by == spf::rules{on_permerror::skip, 20, std::nullopt, 7, 3});
  CHECK(due[1].by ==
        spf::rules{on_permerror::list_void, 20, std::nullopt, 7, 3});
}

TEST_CASE("a domain is due at its moment and not an instant before",
          "[table][domain_book]") {
  fixture f{settings_of({"a.example"})};
  f.take_due();
  const auto due = f.settle(expanded("a.example", {"192.0.2.0/24"})).due;
  REQUIRE(due);
  CHECK(f.book.next_due() == due);
  f.now = *due - instant;
  CHECK(f.take_due().empty());
  f.now = *due;
  CHECK(f.take_due() == "a.example");
}

TEST_CASE("next_due is the earliest moment of those not being expanded",
          "[table][domain_book]") {
  fixture f{settings_of({"a.example", "b.example", "c.example"})};
  f.take_due();
  f.settle(expanded("a.example", {}, 2000));
  CHECK(f.book.next_due() == f.now + 2000s);
  f.settle(expanded("b.example", {}, 1000));
  CHECK(f.book.next_due() == f.now + 1000s);
  f.settle(expanded("c.example", {}, 3000));
  CHECK(f.next() == "b.example");
  CHECK(f.book.next_due() == start + 2000s);
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
  fixture f{settings};
  f.take_due();
  const auto led_to = f.settle(expanded("a.example", {}, given.ttl));
  REQUIRE(led_to.due);
  CHECK(*led_to.due == f.now + given.wait);
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
  fixture f{settings};
  for (const seconds wait : given.waits) {
    CHECK(f.next() == "a.example");
    const auto led_to = f.settle(failing("a.example"));
    REQUIRE(led_to.due);
    CHECK(*led_to.due == f.now + wait);
  }
  CHECK(f.page().failures == given.waits.size());
  // A good answer starts the row anew.
  f.settle_next(expanded("a.example", {}));
  CHECK(f.page().failures == 0);
  const auto again = f.settle_next(failing("a.example"));
  CHECK(again.due == f.now + given.waits.front());
}

TEST_CASE("a thousand failures do not make the wait overflow",
          "[table][domain_book]") {
  config::settings settings = settings_of({"a.example"});
  settings.refresh.interval = 30 * 24h;
  fixture f{settings};
  for (int i = 0; i < 1000; ++i)
    f.settle_next(failing("a.example"));
  CHECK(f.page().due == f.now + settings.refresh.interval);
}

TEST_CASE("a domain that fails from the first lists nothing and is retried",
          "[table][domain_book]") {
  fixture f{settings_of({"a.example"})};
  f.take_due();
  const auto led_to = f.settle(failing("a.example"));
  CHECK_FALSE(led_to.listing_changed);
  CHECK(led_to.due == f.now + 2min);
  CHECK(f.published().empty());
  CHECK(f.page().trouble == "timeout");
  CHECK_FALSE(f.page().good_at);
}

TEST_CASE("a failing domain keeps its networks until keep_stale has passed",
          "[table][domain_book]") {
  config::settings settings = settings_of({"a.example"});
  settings.refresh.keep_stale = 10h;
  fixture f{settings};
  f.take_due();
  f.settle(expanded("a.example", {"192.0.2.0/24"}));
  const moment good_at = f.now;

  f.next();
  f.now = good_at + 10h - instant;
  CHECK_FALSE(f.settle(failing("a.example")).listing_changed);
  CHECK(f.lists({"192.0.2.0/24"}));
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
    f.settle_next(expanded("a.example", {"192.0.2.0/24"}));
    const moment again = f.now;
    f.next();
    f.now = again + 10h - instant;
    CHECK_FALSE(f.settle(failing("a.example")).listing_changed);
    CHECK(f.lists({"192.0.2.0/24"}));
  }
  SECTION("and lists them again on recovery") {
    f.settle_next(failing("a.example"));
    REQUIRE(f.published().empty());
    const auto led_to = f.settle_next(expanded("a.example", {"192.0.2.0/24"}));
    CHECK(led_to.listing_changed);
    CHECK(f.lists({"192.0.2.0/24"}));
    CHECK(told(led_to) == "domain recovered; listing changed");
  }
}

TEST_CASE("the networks of a failing domain are dropped at keep_stale",
          "[table][domain_book]") {
  config::settings settings = settings_of({"a.example"});
  settings.refresh.keep_stale = 10h;
  fixture f{settings};
  f.settle_next(expanded("a.example", {"192.0.2.0/24"}));
  const moment good_at = f.now;
  f.next();
  f.now = good_at + 10h;
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
  fixture f{settings};
  f.take_due();
  f.settle(expanded("a.example", {"192.0.2.0/24"}));
  f.now += 24h;
  f.take_due();
  CHECK(f.settle(failing("a.example")).due == f.now + 6h);
}

TEST_CASE("a record that is back is told", "[table][domain_book]") {
  fixture f{settings_of({"a.example"})};
  for (const auto& result :
       {expanded("a.example", {"192.0.2.0/24"}), gone("a.example")}) {
    f.take_due();
    f.settle(result);
    f.now += 1h;
  }
  f.take_due();
  const auto told = f.settle(expanded("a.example", {"192.0.2.0/24"}));
  REQUIRE(told.events.size() == 1);
  CHECK(told.events[0].line() == "record back domain=a.example");
}

TEST_CASE("keep_stale of nothing drops at the first failure",
          "[table][domain_book]") {
  config::settings settings = settings_of({"a.example"});
  settings.refresh.keep_stale = 0s;
  fixture f{settings};
  f.settle_next(expanded("a.example", {"192.0.2.0/24"}));
  CHECK(f.settle_next(failing("a.example")).listing_changed);
  CHECK(f.published().empty());
}

TEST_CASE("a record that is gone is believed when gone twice in a row",
          "[table][domain_book]") {
  fixture f{settings_of({"a.example"})};
  f.settle_next(expanded("a.example", {"192.0.2.0/24"}));

  const auto once = f.settle_next(gone("a.example"));
  CHECK_FALSE(once.listing_changed);
  CHECK(f.lists({"192.0.2.0/24"}));
  CHECK(f.page().gone);
  CHECK(once.due == f.now + 1h);
  CHECK(told(once) == "!record gone, kept until the next look");

  SECTION("twice") {
    const auto twice = f.settle_next(gone("a.example"));
    CHECK(twice.listing_changed);
    CHECK(f.published().empty());

    const auto thrice = f.settle_next(gone("a.example"));
    CHECK_FALSE(thrice.listing_changed);
    CHECK(thrice.events.empty());
    CHECK(thrice.due == f.now + 1h);

    const auto back = f.settle_next(expanded("a.example", {"192.0.2.0/24"}));
    CHECK(back.listing_changed);
    CHECK_FALSE(f.page().gone);
  }
  SECTION("back in between") {
    CHECK_FALSE(
        f.settle_next(expanded("a.example", {"192.0.2.0/24"})).listing_changed);
    CHECK_FALSE(f.page().gone);
    CHECK_FALSE(f.settle_next(gone("a.example")).listing_changed);
    CHECK(f.lists({"192.0.2.0/24"}));
  }
}

TEST_CASE("a domain that never had a record is not kept for a second look",
          "[table][domain_book]") {
  fixture f{settings_of({"a.example"})};
  const auto led_to = f.settle_next(gone("a.example"));
  CHECK_FALSE(led_to.listing_changed);
  CHECK(f.page().gone);
  CHECK(f.published().empty());
  CHECK(led_to.due == f.now + 1h);
  CHECK(told(led_to) == "!record not listed in full");
}

TEST_CASE("a good expansion replaces the networks and clears the trouble",
          "[table][domain_book]") {
  fixture f{settings_of({"a.example"})};
  f.settle_next(failing("a.example"));
  f.settle_next(failing("a.example"));
  const auto first = f.settle_next(expanded("a.example", {"192.0.2.0/24"}));
  CHECK(first.listing_changed);
  CHECK(f.lists({"192.0.2.0/24"}));
  CHECK(f.page().failures == 0);
  CHECK(f.page().trouble.empty());
  CHECK(f.page().good_at == f.now);
  CHECK_FALSE(f.page().expanding);

  const auto second = f.settle_next(expanded("a.example", {"2001:db8::/32"}));
  CHECK(second.listing_changed);
  CHECK(f.lists({"2001:db8::/32"}));

  const auto same = f.settle_next(expanded("a.example", {"2001:db8::/32"}));
  CHECK_FALSE(same.listing_changed);
  CHECK(f.page().good_at == f.now);

  const auto emptied = f.settle_next(expanded("a.example", {}));
  CHECK(emptied.listing_changed);
  CHECK(f.published().empty());
}

TEST_CASE("the log is told of transitions and of nothing else",
          "[table][domain_book]") {
  fixture f{settings_of({"a.example"})};
  const auto good = expanded("a.example", {"192.0.2.0/24"});
  const auto other = expanded("a.example", {"192.0.2.0/25"});
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
  fixture f{settings_of({"a.example"})};
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
  line_of(expanded("a.example", {"192.0.2.0/24", "2001:db8::/48"}));
  const auto changed =
      line_of(expanded("a.example", {"192.0.2.0/25", "203.0.113.0/24",
                                     "198.51.100.0/24", "2001:db8::/48"}));
  CHECK(has(changed, " networks=4 "));
  CHECK(has(changed, " ipv4_addresses=640 "));
  CHECK(has(changed, " ipv6_slash64s=65536 "));
  CHECK(has(changed, " networks_added=2 "));
  CHECK(has(changed, " networks_removed=1 "));

  const auto down = line_of(failing("a.example", "a.example TXT: \x1b\n"));
  CHECK(has(down, " reason=\"a.example TXT: \\x1b\\x0a\" "));
  CHECK(has(down, " networks_kept=4 "));

  f.settle_next(failing("a.example", "a.example TXT: \x1b\n"));
  CHECK(has(line_of(with_remark(expanded("a.example", {}), "no")),
            "domain recovered domain=a.example failures=2 "));
}

TEST_CASE("trouble is every record's error and every term's remark",
          "[table][domain_book]") {
  fixture f{settings_of({"a.example"})};
  auto result = with_remark(expanded("a.example", {"192.0.2.0/24"}), "first");
  result.terms[0].remarks.emplace_back("second");
  result.records[0].error = "third";
  f.settle_next(result);
  for (const std::string_view each :
       {"first", "second", "third", "ptr", "a.example"})
    CHECK(f.page().trouble.find(each) != std::string::npos);
}

TEST_CASE("settle ignores what is not being expanded", "[table][domain_book]") {
  fixture f{settings_of({"a.example"})};
  const auto ignored = [&f](const spf::expansion& result) {
    const auto led_to = f.settle(result);
    return led_to.events.empty() && !led_to.listing_changed && !led_to.due;
  };
  CHECK(ignored(expanded("unknown.example", {"192.0.2.0/24"})));
  CHECK(ignored(expanded("a.example", {"192.0.2.0/24"}))); // not taken yet
  f.take_due();
  CHECK(ignored(failing("unknown.example")));
  CHECK(f.book.expanding() == 1);
  CHECK_FALSE(ignored(expanded("a.example", {"192.0.2.0/24"})));
  CHECK(f.book.expanding() == 0);
  CHECK(ignored(expanded("a.example", {"203.0.113.0/24"}))); // settled
  CHECK(f.lists({"192.0.2.0/24"}));
  CHECK(f.book.expanding() == 0);
}

TEST_CASE("domains are the same whatever their case", "[table][domain_book]") {
  fixture f{settings_of({"A.Example"})};
  f.settle_next(expanded("a.eXAMPLE", {"192.0.2.0/24"}));
  CHECK(f.published() == "a.example 192.0.2.0/24");
  f.book.apply(settings_of({"a.example"}), f.now);
  CHECK(f.published() == "a.example 192.0.2.0/24");
}

TEST_CASE("apply keeps what is known of unchanged domains, drops removed ones "
          "and adds new ones",
          "[table][domain_book]") {
  fixture f{settings_of({"a.example", "b.example", "c.example"})};
  f.take_due();
  f.settle(expanded("a.example", {"192.0.2.0/24"}, 1800));
  f.settle(expanded("b.example", {"198.51.100.0/24"}));
  f.settle(failing("c.example"));
  const auto kept = f.page(0);
  const auto failed = f.page(2);

  f.now += 1min;
  f.book.apply(settings_of({"new.example", "c.example", "a.example"}), f.now);
  REQUIRE(f.book.pages().size() == 3);
  CHECK(f.published() == "a.example 192.0.2.0/24");
  CHECK(f.page(2).due == kept.due);
  CHECK(f.page(2).good_at == kept.good_at);
  CHECK(f.page(1).due == failed.due);
  CHECK(f.page(1).failures == 1);
  CHECK(f.page(1).trouble == failed.trouble);
  CHECK(f.take_due() == "new.example");

  // One that comes back is a new one.
  f.settle(expanded("new.example", {"203.0.113.0/24"}));
  f.book.apply(settings_of({"a.example", "b.example"}), f.now);
  CHECK(f.published() == "a.example 192.0.2.0/24");
  CHECK(f.take_due() == "b.example");
}

TEST_CASE("a changed on_permerror makes its domain due, networks kept",
          "[table][domain_book]") {
  config::settings settings = settings_of({"a.example", "b.example"});
  fixture f{settings};
  f.take_due();
  f.settle(expanded("a.example", {"192.0.2.0/24"}));
  f.settle(expanded("b.example", {"198.51.100.0/24"}));

  f.now += 1min;
  settings.domains[1].on_permerror = on_permerror::skip;
  f.book.apply(settings, f.now);
  CHECK(f.published() == "a.example 192.0.2.0/24; b.example 198.51.100.0/24");
  const auto due = f.book.take_due(f.now);
  REQUIRE(due.size() == 1);
  CHECK(due[0].domain == name_of("b.example"));
  CHECK(due[0].by.on_permerror == on_permerror::skip);
}

TEST_CASE("changed limits make all domains due, networks kept",
          "[table][domain_book]") {
  using change = std::function<void(config::limit_settings&)>;
  const std::vector<change> changes{
      [](auto& limits) { limits.widest_ipv4 = 17; },
      [](auto& limits) { limits.widest_ipv4 = std::nullopt; },
      [](auto& limits) { limits.widest_ipv6 = 33; },
      [](auto& limits) { limits.dns_queries = 299; },
      [](auto& limits) { limits.depth = 19; },
      [](auto& limits) { limits.answer_bytes = 16383; },
  };
  for (std::size_t i = 0; i < changes.size(); ++i) {
    CAPTURE(i);
    config::settings settings = settings_of({"a.example", "b.example"});
    fixture f{settings};
    f.take_due();
    f.settle(expanded("a.example", {"192.0.2.0/24"}));
    f.settle(failing("b.example"));
    f.now += 1min;
    changes[i](settings.limits);
    f.book.apply(settings, f.now);
    CHECK(f.published() == "a.example 192.0.2.0/24");
    CHECK(f.take_due() == "a.example b.example");

    f.settle(expanded("a.example", {"192.0.2.0/24"}));
    f.settle(failing("b.example"));
    f.book.apply(settings, f.now);
    CHECK(f.take_due().empty());
  }
}

TEST_CASE("a changed action or comment takes effect without an expansion",
          "[table][domain_book]") {
  config::settings settings = settings_of({"a.example"});
  fixture f{settings};
  f.settle_next(expanded("a.example", {"192.0.2.0/24"}));
  settings.domains[0].action = *table::action::parse("WARN about {domain}");
  settings.domains[0].comment = "watch only";
  f.now += 1min;
  f.book.apply(settings, f.now);
  CHECK(f.take_due().empty());
  CHECK(f.page().entry.comment == "watch only");

  const table::snapshot published{f.book.listings()};
  const auto client = *net::ip_address::try_parse("192.0.2.1");
  const auto found = published.find(client);
  REQUIRE(found);
  std::string reply;
  found->by->action.append_reply(reply, client, found->network);
  CHECK(reply == "200 WARN about a.example\n");
}

TEST_CASE("a shorter interval pulls the next refresh forward, a longer one "
          "does not put it off",
          "[table][domain_book]") {
  config::settings settings = settings_of({"a.example", "b.example"});
  fixture f{settings};
  f.take_due();
  f.settle(expanded("a.example", {}, 3600));
  f.settle(expanded("b.example", {}, 600));
  const moment a_due = f.page(0).due;
  const moment b_due = f.page(1).due;

  f.now += 5min;
  settings.refresh.interval = 24h;
  f.book.apply(settings, f.now);
  CHECK(f.page(0).due == a_due);
  CHECK(f.page(1).due == b_due);

  settings.refresh.interval = 20min;
  f.book.apply(settings, f.now);
  CHECK(f.page(0).due == f.now + 20min);
  CHECK(f.page(1).due == b_due);
}

TEST_CASE("apply gives expansions under way up, the others stay as they are",
          "[table][domain_book]") {
  const auto settings = settings_of({"a.example", "b.example", "c.example"});
  fixture f{settings};
  f.take_due();
  f.settle(expanded("a.example", {"192.0.2.0/24"}));
  f.settle(expanded("b.example", {"198.51.100.0/24"}, 600));
  const moment a_due = f.page(0).due;
  f.now = *f.book.next_due();
  REQUIRE(f.take_due() == "b.example");
  REQUIRE(f.book.expanding() == 2);

  f.now += 1s;
  f.book.apply(settings, f.now);
  CHECK(f.book.expanding() == 0);
  CHECK(f.book.next_due() == f.now);
  CHECK(f.page(0).due == a_due);
  CHECK(f.published() == "a.example 192.0.2.0/24; b.example 198.51.100.0/24");
  CHECK_FALSE(f.settle(expanded("c.example", {"203.0.113.0/24"})).due);
  CHECK(f.take_due() == "b.example c.example");
  CHECK(f.settle(expanded("c.example", {"203.0.113.0/24"})).due);
}

TEST_CASE("networks by hand are listed first, then the domains in order",
          "[table][domain_book]") {
  config::settings settings =
      settings_of({"z.example", "empty.example", "a.example"});
  settings.networks = {by_hand("203.0.113.0/24", "REJECT by hand {domain}"),
                       by_hand("2001:db8::/32", "WARN {domain}")};
  fixture f{settings};
  CHECK(f.published() ==
        "203.0.113.0/24 203.0.113.0/24; 2001:db8::/32 2001:db8::/32");
  f.take_due();
  f.settle(expanded("a.example", {"192.0.2.0/24", "203.0.113.0/24"}));
  f.settle(expanded("empty.example", {}));
  f.settle(expanded("z.example", {"192.0.2.0/24"}));
  CHECK(f.published() ==
        "203.0.113.0/24 203.0.113.0/24; 2001:db8::/32 2001:db8::/32; "
        "z.example 192.0.2.0/24; a.example 192.0.2.0/24,203.0.113.0/24");

  const table::snapshot published{f.book.listings()};
  const auto reply_for = [&published](std::string_view text) {
    const auto client = *net::ip_address::try_parse(text);
    const auto found = published.find(client);
    REQUIRE(found);
    std::string reply;
    found->by->action.append_reply(reply, client, found->network);
    return reply;
  };
  CHECK(reply_for("203.0.113.1") == "200 REJECT by hand 203.0.113.0/24\n");
  CHECK(reply_for("192.0.2.1") == "200 REJECT z.example\n");
  CHECK(reply_for("2001:db8::1") == "200 WARN 2001:db8::/32\n");

  // The order is that of the configuration in force.
  std::swap(settings.domains[0], settings.domains[2]);
  settings.networks.clear();
  f.book.apply(settings, f.now);
  CHECK(f.published() == "a.example 192.0.2.0/24,203.0.113.0/24; "
                         "z.example 192.0.2.0/24");
}

TEST_CASE("the book stays consistent, whatever happens in whatever order",
          "[table][domain_book]") {
  const std::vector<std::string> names{"a.example", "b.example", "c.example",
                                       "d.example"};
  const std::vector<std::vector<std::string>> networks{
      {}, {"192.0.2.0/24"}, {"192.0.2.0/25", "2001:db8::/32"}};
  std::mt19937 random{1};
  const auto any_of = [&random](const auto& from) {
    return from[random() % from.size()];
  };
  fixture f{settings_of({"a.example"})};
  seconds interval{3600};

  for (int round = 0; round < 5000; ++round) {
    CAPTURE(round);
    const std::string before = f.published();
    bool may_change = false;
    switch (random() % 7) {
    case 0: {
      config::settings settings;
      for (const std::string& name : names) {
        if (random() % 2 == 0)
          settings.domains.push_back(entry_of(
              name, "REJECT",
              random() % 2 == 0 ? on_permerror::stop : on_permerror::skip));
      }
      interval = seconds{600 * (1 + random() % 8)};
      settings.refresh.interval = interval;
      settings.refresh.keep_stale = 1h;
      f.book.apply(settings, f.now);
      may_change = true;
      break;
    }
    case 1:
      f.now += seconds{random() % 2000};
      f.take_due();
      CHECK((!f.book.next_due() || *f.book.next_due() > f.now));
      break;
    default: {
      const std::string name = any_of(names);
      const auto result = any_of(std::vector<spf::expansion>{
          failing(name), gone(name), expanded(name, any_of(networks))});
      may_change = f.settle(result).listing_changed;
      CHECK((f.published() != before) == may_change);
    }
    }
    if (!may_change)
      CHECK(f.published() == before);

    std::size_t expanding = 0;
    std::optional<moment> next;
    for (const auto& page : f.book.pages()) {
      expanding += page.expanding ? 1U : 0U;
      if (!page.expanding && (!next || page.due < *next))
        next = page.due;
      CHECK(page.due <= f.now + interval);
      CHECK((page.listed.empty() || page.good_at));
    }
    REQUIRE(f.book.expanding() == expanding);
    REQUIRE(f.book.next_due() == next);
  }
}
