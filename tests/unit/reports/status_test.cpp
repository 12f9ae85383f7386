#include "core/reports/health.hpp"
#include "core/reports/status.hpp"
#include "core/support/text.hpp"
#include "tests/support/book_fixture.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/odd_numbers.hpp"
#include "tests/support/thread_time.hpp"

#include <algorithm>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

namespace status_test {

using namespace spfblock;
using namespace spfblock::testing;
using namespace std::chrono_literals;
using reports::domain_condition;
using reports::domain_status;
using reports::status_report;

namespace {

status_report report_on(const book_fixture& world) {
  return reports::report(world.book, world.now);
}

domain_status only(const book_fixture& world) {
  const auto told = report_on(world);
  REQUIRE(told.domains.size() == 1);
  return told.domains.front();
}

/// Without the breaks of paragraphs.
std::string in_one_line(std::string text) {
  for (auto at = text.find('\n'); at != std::string::npos;
       at = text.find('\n', at))
    text.replace(
        at, std::min(text.find_first_not_of("\n ", at), text.size()) - at, " ");
  return text;
}

std::string condition(const book_fixture& world) {
  return std::string{text_of(only(world).condition)};
}

config::settings allowing(std::vector<std::string> listed,
                          const std::string& allowed) {
  config::settings made = settings_of(listed);
  made.allow.domains = {domain_of(allowed)};
  return made;
}

/// One domain in each condition but "overdue", and an allowed one that the DNS
/// does not know.
book_fixture world_of_all_conditions() {
  config::settings settings = allowing(
      {"fresh.example", "failing.example", "unknown.example", "gone.example",
       "held.example", "refused.example", "waiting.example"},
      "friend.example");
  settings.domains[0].comment = std::string{"watch only"};
  settings.domains[0].until =
      std::chrono::sys_days{std::chrono::year{2027} / 1 / 1};
  settings.domains[5].limits.edit().networks = 2;
  settings.allow.networks = {{*net::ip_prefix::parse("192.0.2.128/25")}};

  book_fixture world{settings};
  world.take_due();
  world.settle(with_remark(expanded("fresh.example", "192.0.2.0/24"),
                           "no list can hold it"));
  world.settle(expanded("failing.example", "198.51.100.0/24 2001:db8::/32"));
  world.settle(failing("unknown.example",
                       "unknown.example TXT: SERVFAIL of 192.0.2.53"));
  world.settle(expanded("gone.example", "198.51.100.0/28"));
  world.settle(expanded("held.example", "198.51.100.0/28"));
  world.settle(expanded("refused.example", "198.51.100.0/28"));
  world.settle(failing("friend.example"), role::allowed);
  world.pass(1h);
  world.take_due();
  world.settle(failing("failing.example", "failing.example TXT: timeout"));
  world.settle(gone("gone.example"));
  world.settle(expanded("held.example", "10.0.0.0/16"));
  world.settle(
      expanded("refused.example", "198.51.100.1 198.51.100.3 198.51.100.5"));
  world.settle(with_remark(expanded("fresh.example", "192.0.2.0/24"),
                           "no list can hold it"));
  world.pass(5min);
  return world;
}

constexpr const char* all_conditions = // what is in trouble stands first
    R"(8 domains: 1 failing, 2 unknown, 1 gone, 1 held, 1 refused, 1 waiting, 1 fresh

LISTED           STATE    NETS  IPV4  IPV6 /64  AGE  NEXT  HITS  ACTION
failing.example  failing     2   256   4.3e+09  65m   now     -  REJECT
unknown.example  unknown     0     0         0    -   now     -  REJECT
gone.example     gone        1    16         0  65m   55m     -  REJECT
held.example     held        0     0         0   5m   55m     -  REJECT
refused.example  refused     2     2         0   5m   55m     -  REJECT
fresh.example    fresh       1   128         0   5m   55m     -  REJECT
waiting.example  waiting     0     0         0    -   now     -  REJECT

ALLOWED          STATE    NETS  IPV4  IPV6 /64  AGE  NEXT
friend.example   unknown     0     0         0    -   now

failing.example
  DNS failed once: failing.example TXT: timeout; the last good networks stay
    listed

unknown.example
  DNS failed once: unknown.example TXT: SERVFAIL of 192.0.2.53; lists nothing

friend.example
  WARNING: allowed, but its networks are not known: it protects nothing
  DNS failed once: timeout

gone.example
  no SPF record; the last good networks stay listed until a second look confirms
    it

held.example
  limit growth: found 65536, allowed 4096; 1 network held until a later look
    confirms it

refused.example
  limit networks: found 3, allowed 2; 1 network refused

fresh.example (watch only)
  allow keeps off 1 network
  not listed in full: ptr: no list can hold it
  ends on 2027-01-01
)";

std::size_t widest_line(const std::string& text) {
  std::size_t widest = 0;
  for (const std::string_view line : split(text, '\n'))
    widest = std::max(widest, line.size());
  return widest;
}

} // namespace

TEST_CASE("status is a table with what is to be said below",
          "[table][status]") {
  const auto text = to_text(report_on(world_of_all_conditions()));
  CHECK(text == all_conditions);
  CHECK(widest_line(text) <= 80);
}

TEST_CASE("conditions are counted as a report tells them", "[table][status]") {
  const auto world = world_of_all_conditions();
  const auto told =
      reports::in_brief(reports::count_conditions(world.book, world.now));
  CHECK(told == in_brief(report_on(world)));
  CHECK(told.starts_with("8 domains: 1 failing, 2 unknown, "));
}

TEST_CASE("a domain is fresh, unknown, failing or overdue by what the DNS said "
          "and when",
          "[table][status]") {
  book_fixture world{settings_of({"a.example"})};
  CHECK(condition(world) == "waiting");
  CHECK_FALSE(report_on(world).is_stale()); // it is on its way

  world.look(failing("a.example"));
  CHECK(condition(world) == "unknown");
  CHECK(report_on(world).is_stale());

  world.look(expanded("a.example", "192.0.2.0/24", 3600));
  CHECK(condition(world) == "fresh");
  CHECK_FALSE(report_on(world).is_stale());

  world.look(failing("a.example"));
  CHECK(condition(world) == "failing");
  CHECK(report_on(world).is_stale());

  world.look(expanded("a.example", "192.0.2.0/24", 3600));
  const auto twice = 2 * config::refresh_settings{}.interval;
  world.pass(twice);
  CHECK(condition(world) == "fresh");
  world.pass(1s);
  CHECK(condition(world) == "overdue");
  CHECK(report_on(world).is_stale());
}

TEST_CASE("what is gone, held or refused is no stale data", "[table][status]") {
  config::settings settings = settings_of({"a.example"});
  settings.domains[0].limits.edit().ipv4_addresses = 65536;
  book_fixture world{settings};
  world.look(expanded("a.example", "192.0.2.0/24"));

  world.look(expanded("a.example", "198.51.0.0/17"));
  CHECK(condition(world) == "held");
  CHECK_FALSE(report_on(world).is_stale());

  world.look(expanded("a.example", "192.0.2.0/24 10.0.0.0/15"));
  CHECK(condition(world) == "refused");
  CHECK_FALSE(report_on(world).is_stale());

  world.look(gone("a.example"));
  CHECK(condition(world) == "gone");
  CHECK(only(world).networks == 1);
  world.look(gone("a.example"));
  CHECK(condition(world) == "gone");
  CHECK(only(world).networks == 0);
  CHECK_FALSE(report_on(world).is_stale());
}

TEST_CASE("a record that is over its limits says what is refused",
          "[table][status]") {
  book_fixture world{settings_of({"a.example"})};
  world.look(expanded("a.example", "10.0.0.0/8 192.0.2.0/24"));
  const auto told = only(world);
  CHECK(told.condition == domain_condition::refused);
  CHECK(told.networks == 1);
  CHECK(told.refusals ==
        std::vector<std::string>{"limit widest_ipv4: found /8, allowed /16; "
                                 "1 network refused"});
}

TEST_CASE("an allowed domain that protects only a part is warned of",
          "[table][status]") {
  book_fixture world{allowing({}, "friend.example")};
  const auto gap = [&] { return reports::gap_in(report_on(world).domains[0]); };
  CHECK(gap() ==
        "allowed, but its networks are not known: it protects nothing");
  world.look(with_remark(expanded("friend.example", "192.0.2.0/24"),
                         "no list can hold it"),
             role::allowed);
  CHECK(gap() == "protects only a part: ptr: no list can hold it");
  CHECK(
      to_text(report_on(world))
          .find(
              "  WARNING: protects only a part: ptr: no list can hold it\n") !=
      std::string::npos);
  CHECK(to_text(report_on(world)).find("not listed") == std::string::npos);
  world.look(expanded("friend.example", "192.0.2.0/24"), role::allowed);
  CHECK(gap().empty());
  world.look(gone("friend.example"), role::allowed);
  world.look(gone("friend.example"), role::allowed);
  CHECK(gap() == "protects nothing: friend.example: no SPF record");
  // A listed one lists what it can.
  auto listed = report_on(world).domains[0];
  listed.role = role::listed;
  CHECK(reports::gap_in(listed).empty());
}

TEST_CASE("a report gives the figures of a domain", "[table][status]") {
  config::settings settings = settings_of({"a.example"});
  settings.allow.networks = {{*net::ip_prefix::parse("192.0.2.0/30")}};
  book_fixture world{settings};
  world.look(expanded("a.example", "192.0.2.0/24 2001:db8::/63", 3600));
  world.pass(10min + 1ms);
  const auto told = only(world);
  CHECK(told.networks == 7);
  CHECK(told.ipv4_addresses == 252);
  CHECK(told.ipv6_slash64s == 2);
  CHECK(told.kept_off == 1);
  CHECK(told.age == 10min);
  CHECK(told.next_look == 50min);
  CHECK(told.changed_at == beginning.wall);
  CHECK(report_on(world).at == beginning.wall + 10min);

  world.pass(1h);
  CHECK(only(world).next_look == 0s);
  world.take_due();
  CHECK(only(world).next_look == 0s);
}

TEST_CASE("a report costs no more where listings are large",
          "[table][status]") {
  const auto cost_with = [](std::uint32_t hosts) {
    std::vector<net::ip_prefix> every_other;
    for (std::uint32_t i = 0; i < hosts; ++i)
      every_other.push_back(net::ip_prefix::containing(
          net::ip_address::ipv4(0x14000000U + 2 * i), 32));
    config::settings settings = settings_of({"a.example", "b.example"});
    settings.domains[1].limits.edit().networks = hosts / 2;
    settings.allow.networks = {{*net::ip_prefix::parse("20.0.0.0/20")}};
    book_fixture world{settings};
    for (const char* each : {"a.example", "b.example"})
      world.look(undecided(naming(each, every_other), "30.0.0.0/8"));
    return least_seconds_of(
        [&] { CHECK(report_on(world).domains.size() == 2); });
  };
  CHECK(cost_with(20'000) < 20 * cost_with(20));
}

TEST_CASE("an allowed domain that was never resolved stands out",
          "[table][status]") {
  book_fixture world{allowing({}, "friend.example")};
  const std::string warning = "WARNING: allowed, but its networks are not "
                              "known: it protects nothing\n";
  const auto warns = [&] {
    return to_text(report_on(world)).find(warning) != std::string::npos;
  };
  CHECK(warns());
  world.take_due();
  world.settle(failing("friend.example"), role::allowed);
  CHECK(warns());
  world.look(expanded("friend.example", "192.0.2.0/24"), role::allowed);
  CHECK_FALSE(warns());
}

TEST_CASE("a long name has a line of its own, and figures never break a table",
          "[table][status]") {
  const std::string label(63, 'x');
  domain_status wide;
  wide.name = label + '.' + label + ".example";
  wide.condition = domain_condition::fresh;
  wide.networks = 4294967296;
  wide.ipv4_addresses = 4294967296;
  wide.ipv6_slash64s = ~std::uint64_t{0};
  wide.age = 36500 * 24h;
  wide.next_look = 119s;
  wide.hits = ~std::uint64_t{0};
  wide.action = "DEFER_IF_PERMIT for now";
  CHECK(
      to_text(status_report{beginning.wall, {wide}}) ==
      "1 domain: 1 fresh\n"
      "\n"
      "LISTED            STATE     NETS     IPV4  IPV6 /64     AGE  NEXT     "
      "HITS  ACTION\n" +
          wide.name +
          "\n                  fresh  4.3e+09  4.3e+09   1.8e+19  36500d  119s "
          " 1.8e+19  DEFER_IF_PERMIT\n");
}

TEST_CASE("a status tells hits and the action's word", "[table][status]") {
  config::settings settings = settings_of({"a.example"});
  settings.domains[0] = entry_of("a.example", "WARN spfblock: {domain}");
  book_fixture world{settings};
  world.look(expanded("a.example", "192.0.2.0/24", 3600));
  auto told = report_on(world);
  CHECK(told.domains[0].action == "WARN spfblock: {domain}");
  CHECK_FALSE(told.domains[0].hits);
  told.domains[0].hits = 123456789;
  CHECK(to_text(told) ==
        R"(1 domain: 1 fresh

LISTED     STATE  NETS  IPV4  IPV6 /64  AGE  NEXT     HITS  ACTION
a.example  fresh     1   256         0   0s   60m  1.2e+08  WARN
)");
  CHECK(*reports::status_from_json(reports::to_json(told)) == told);
}

TEST_CASE("a status tells hits over time", "[status][hits]") {
  book_fixture world{settings_of({"a.example", "b.example"})};
  world.look(expanded("a.example", "192.0.2.0/24", 3600));
  auto told = report_on(world);
  told.domains[0].hits = 7;
  hits::hit_ledger ledger;
  ledger.begin(told.at - 48h);
  ledger.add("a.example", 4, told.at - 2h);
  ledger.add("a.example", 3, told.at);
  ledger.add("gone.example", 1, told.at);
  reports::add_hits(told, ledger, 8);
  CHECK(to_text(told) ==
        R"(2 domains: 1 waiting, 1 fresh
hits: 4 in the last hour, 8 in the last day, 8 since the start

LISTED     STATE    NETS  IPV4  IPV6 /64  AGE  NEXT  HITS  DAY  ACTION
a.example  fresh       1   256         0   0s   60m     7    7  REJECT
b.example  waiting     0     0         0    -   now     -    0  REJECT
)");
  CHECK(*reports::status_from_json(reports::to_json(told)) == told);
  told.hits_trouble = "no room";
  CHECK(to_text(told).starts_with("HITS NOT SAVED: no room\n"));
  // Where figures are wide there is room for the name first.
  told.domains[0].name = "a-name-of-some-length.example";
  told.domains[0].networks = told.domains[0].ipv4_addresses = 99'999'999;
  told.domains[0].ipv6_slash64s = 99'999'999;
  told.domains[0].hits = 99'999'999;
  CHECK(to_text(told).find("DAY") == std::string::npos);
}

TEST_CASE("a domain is unused since its last hit, or since it can be known",
          "[status][hits]") {
  book_fixture world{settings_of(
      {"hit.example", "never.example", "new.example", "empty.example"})};
  world.look(expanded("hit.example", "192.0.2.0/24"));
  world.look(expanded("never.example", "198.51.100.0/24"));
  world.pass(24h * 60);
  world.look(expanded("new.example", "203.0.113.0/24"));
  auto told = report_on(world);
  CHECK(reports::unused_text(told, std::chrono::days{30}) ==
        "hits are known to the running server alone\n");
  hits::hit_ledger ledger;
  ledger.begin(beginning.wall + 24h);
  ledger.add("hit.example", 1, told.at - 31 * 24h);
  reports::add_hits(told, ledger, 1);
  const auto since = [&told](std::size_t at) {
    return told.domains[at].unused_since;
  };
  CHECK(since(0) == told.at - 31 * 24h);
  CHECK(since(1) == beginning.wall + 24h);
  CHECK(since(2) == told.at);
  CHECK_FALSE(since(3));
  CHECK(reports::is_unused(told.domains[0], told.at, std::chrono::days{31}));
  CHECK_FALSE(
      reports::is_unused(told.domains[0], told.at, std::chrono::days{32}));
  told.domains[1].comment = "why\n?";
  CHECK(reports::unused_text(told, std::chrono::days{30}) ==
        "2 domains without a hit for 30 days or more, of hits kept since "
        "2026-11-25 00:00 UTC\n"
        "  2026-11-25  never.example  (why\\x0a?)\n"
        "  2026-12-23  hit.example\n");
}

TEST_CASE("of trouble alone a status shows what somebody should look at",
          "[table][status]") {
  const auto told = report_on(world_of_all_conditions());
  const auto text = to_text(told, reports::shown::in_trouble);
  CHECK(text.starts_with("8 domains: 1 failing, 2 unknown, "));
  for (const char* quiet : {"fresh.example", "waiting.example"})
    CHECK(text.find(quiet) == std::string::npos);
  for (const char* loud : {"failing.example", "gone.example", "held.example",
                           "refused.example", "friend.example"})
    CHECK(text.find(loud) != std::string::npos);

  book_fixture calm{settings_of({"a.example"})};
  calm.look(expanded("a.example", "192.0.2.0/24"));
  CHECK(to_text(report_on(calm), reports::shown::in_trouble) ==
        "1 domain: 1 fresh\n");
}

TEST_CASE("an allowed domain that protects only a part is trouble",
          "[table][status]") {
  book_fixture world{allowing({}, "friend.example")};
  CHECK_FALSE(reports::is_in_trouble(only(world)));
  world.look(with_remark(expanded("friend.example", "192.0.2.0/24"),
                         "no list can hold it"),
             role::allowed);
  CHECK(only(world).condition == domain_condition::fresh);
  CHECK(reports::is_in_trouble(only(world)));
}

TEST_CASE("a status says first that the configuration was refused",
          "[table][status]") {
  book_fixture world{settings_of({"a.example"})};
  world.look(expanded("a.example", "192.0.2.0/24"));
  auto told = report_on(world);
  CHECK(to_text(told).starts_with("1 domain: 1 fresh\n"));
  told.configuration.refused_at = beginning.wall - 5min;
  told.configuration.reason = "/etc/x.json:3: /domainz: unknown setting";
  CHECK(to_text(told).starts_with(
      "CONFIGURATION REFUSED at 2026-11-23 23:55 UTC, 5m ago: the last reload "
      "was\n"
      "  refused: /etc/x.json:3: /domainz: unknown setting\n"
      "1 domain: 1 fresh\n"));
  told.configuration.running = reports::configuration_source::accepted;
  CHECK_THAT(to_text(told),
             Catch::ContainsSubstring("runs on the last accepted"));
  CHECK(*reports::status_from_json(reports::to_json(told)) == told);
}

TEST_CASE("an earlier version told less", "[table][status]") {
  book_fixture world{settings_of({"a.example"})};
  std::string text = reports::to_json(report_on(world));
  for (const char* part :
       {"  \"from_state_file\": false,\n", "  \"pid\": null,\n",
        "  \"published\": false,\n", "  \"sees_mail\": false,\n",
        ",\n      \"action\": \"REJECT {domain}\"", ",\n      \"hits\": null",
        ",\n      \"hits_hour\": null", ",\n      \"hits_day\": null",
        ",\n      \"last_hit\": null", ",\n      \"listed_since\": null",
        ",\n      \"unused_since\": null",
        ",\n  \"hits\": {\n    \"trouble\": \"\"\n  }",
        ",\n      \"by_mail\": []", ",\n      \"by_name\": []",
        ",\n      \"passes_everybody\": false",
        ",\n  \"configuration\": {\n    \"running\": "
        "\"file\",\n    \"refused_at\": null,\n    "
        "\"reason\": \"\",\n    \"reloads\": 0,\n    "
        "\"applying\": false\n  }",
        ",\n  \"ports\": {\n    \"open\": [],\n    \"unavailable\": []\n  }",
        ",\n  \"files\": []",
        ",\n  \"mail\": {\n    \"passes\": 0,\n    "
        "\"does_not\": 0,\n    \"sought\": 0,\n    \"open\": 0,\n    "
        "\"waits\": 0,\n    \"checks\": {\n      \"passed\": 0,\n      "
        "\"not_passed\": 0,\n      \"failed\": 0,\n      "
        "\"canaries\": 0,\n      \"over_budget\": 0,\n      \"put_aside\": 0\n "
        "   }\n  }"}) {
    const auto at = text.find(part);
    REQUIRE(at != std::string::npos);
    text.erase(at, std::string_view{part}.size());
  }
  CHECK(reports::status_from_json(text));
  // Before `open` there was `unavailable`.
  text.insert(text.rfind("\n}"), ",\n  \"ports\": {\"unavailable\": [\"x\"]}");
  const auto read = reports::status_from_json(text);
  REQUIRE(read);
  CHECK(read->ports_unavailable == std::vector<std::string>{"x"});
}

TEST_CASE("a status tells whether a door decides by the mail",
          "[table][status]") {
  book_fixture world{settings_of({"a.example"})};
  auto look = expanded("a.example", "192.0.2.0/24");
  look.terms.emplace_back().text = "exists:%{i}.x.example";
  look.residue = {net::address_set::everything(net::family::ipv4), {}, {1}};
  world.look(look);
  auto told = report_on(world);
  CHECK(told.domains[0].by_mail ==
        std::vector<std::string>{"a.example -> exists:%{i}.x.example"});
  CHECK_THAT(to_text(told),
             Catch::ContainsSubstring("no door policy is open: a.ex"));
  CHECK(told.domains[0].by_name.empty());
  told.sees_mail = true;
  CHECK_THAT(to_text(told),
             Catch::ContainsSubstring("at the door policy: a.example"));
  told.domains[0].passes_everybody = true;
  CHECK_THAT(to_text(told),
             Catch::ContainsSubstring("decides about nobody: a.example"));
  CHECK(*reports::status_from_json(reports::to_json(told)) == told);
}

TEST_CASE("a status tells where a name decides, whatever doors there are",
          "[table][status]") {
  book_fixture world{settings_of({"a.example"})};
  auto look = expanded("a.example", "");
  look.terms.emplace_back().text = "ptr";
  const auto all = net::address_set::everything(net::family::ipv4);
  look.residue = {all,
                  {},
                  {0},
                  {{name_of("a.example"), all}, {name_of("m.a.example"), all}}};
  world.look(look);
  const auto told = report_on(world);
  CHECK(told.domains[0].by_name ==
        std::vector<std::string>{"a.example", "m.a.example"});
  CHECK_THAT(in_one_line(to_text(told)),
             Catch::ContainsSubstring(
                 "the confirmed name of a client decides, at any door: at or "
                 "below a.example, m.a.example the mail would decide about "
                 "who has no such name, but no door policy is open: "));
  CHECK(*reports::status_from_json(reports::to_json(told)) == told);
}

TEST_CASE("a status tells how mail fared", "[table][status]") {
  status_report told;
  told.mail = {1, 2, 3, 4, 5, {6, 7, 8, 9, 10}};
  CHECK(told.mail.claims() == 10);
  const std::string text = reports::to_json(told);
  CHECK_THAT(text, Catch::ContainsSubstring("\"waits\": 5,"));
  CHECK_THAT(text, Catch::ContainsSubstring("\"over_budget\": 10"));
  CHECK(*reports::status_from_json(text) == told);
}

TEST_CASE("no domains is a status too", "[table][status]") {
  CHECK(to_text(status_report{}) == "0 domains\n");
  CHECK_FALSE(status_report{}.is_stale());
}

TEST_CASE("a port that cannot be had is told before the domains",
          "[table][status]") {
  status_report told;
  CHECK_FALSE(ports_problem(told));
  told.ports_unavailable = {"cannot listen on [::1]:10060: no such address"};
  CHECK(to_text(told) ==
        "PORT UNAVAILABLE: cannot listen on [::1]:10060: no such address\n"
        "0 domains\n");
  told.ports_unavailable.emplace_back("\x1b");
  CHECK(ports_problem(told) ==
        "cannot listen on [::1]:10060: no such address; and 1 more");
  CHECK_THAT(to_text(told),
             Catch::ContainsSubstring("PORT UNAVAILABLE: \\x1b\n"));
}

TEST_CASE("of providers a status says how many are known",
          "[table][status][providers]") {
  config::settings settings = settings_of({"a.example"});
  settings.allow.providers = {name_of("b.example"), name_of("c.example"),
                              name_of("d.example")};
  book_fixture world{settings};
  world.look(expanded("a.example", "192.0.2.0/24", 3600));
  world.settle(expanded("b.example", "198.51.100.0/24"), role::allowed);
  world.settle(gone("c.example"), role::allowed);
  world.settle(failing("d.example"), role::allowed);
  const auto told = report_on(world);
  CHECK(told.domains.size() == 1);
  CHECK_FALSE(told.is_stale());
  CHECK(to_text(told).starts_with("1 domain: 1 fresh\n"
                                  "providers: 1 of 3 known\n\nLISTED"));
  CHECK(*reports::status_from_json(reports::to_json(told)) == told);
}

TEST_CASE("a status tells of looks that were put aside", "[table][status]") {
  config::settings settings = allowing({"a.example"}, "friend.example");
  settings.allow.providers = {name_of("b.example")};
  book_fixture world{settings};
  world.look(expanded("a.example", "192.0.2.0/24", 3600));
  CHECK(report_on(world).put_aside == 0);
  world.pass(2h);
  world.take_due();
  for (const char* each : {"a.example", "b.example", "friend.example"})
    CHECK(lines_of(world.book.put_aside(name_of(each), 7, world.now), "look") ==
          "look put aside domain=" + std::string{each} + " answer_bytes=7\n");
  world.book.put_aside(name_of("other.example"), 7, world.now); // is not here
  world.pass(5min);
  world.book.put_aside(name_of("a.example"), 9, world.now);
  const auto told = report_on(world);
  CHECK(told.put_aside == 3);
  REQUIRE(told.domains.size() == 2);
  CHECK(told.domains[0].put_aside == 5min);
  CHECK(is_in_trouble(told.domains[0]));
  CHECK(gap_in(told.domains[1]) ==
        "allowed, but its networks are not known, since its look was put "
        "aside: it protects nothing");
  CHECK(concern(told) == "friend.example: " + gap_in(told.domains[1]));
  const auto text = in_one_line(to_text(told));
  CHECK_THAT(text, Catch::ContainsSubstring(
                       "looks put aside until there is room for their answers: "
                       "3 "));
  CHECK_THAT(text, Catch::ContainsSubstring("its look was put aside 5m ago, "
                                            "since the answers to it took"));
  CHECK(*reports::status_from_json(reports::to_json(told)) == told);

  world.settle(expanded("a.example", "192.0.2.0/24"));
  CHECK(report_on(world).put_aside == 2);
  world.apply(settings); // they begin anew
  CHECK(report_on(world).put_aside == 0);
}

TEST_CASE("nothing that came from outside reaches the terminal as it is",
          "[table][status]") {
  domain_status bad;
  bad.name = bad.trouble = bad.until = bad.comment = "\x1b[2J\xff";
  bad.action = "\x1b[2J";
  bad.refusals = {"\n\x1b"};
  for (const unsigned failures : {0U, 1U}) {
    bad.failures = failures;
    status_report told{beginning.wall, {bad}};
    told.configuration.refused_at = beginning.wall;
    told.configuration.reason = "\xff\n\x1b";
    const auto text = to_text(told);
    CHECK(std::none_of(text.begin(), text.end(), [](char c) {
      return (c < ' ' || c > '~') && c != '\n';
    }));
    CHECK_FALSE(reports::to_json(status_report{beginning.wall, {bad}}).empty());
  }
}

TEST_CASE("a status survives JSON", "[table][status]") {
  auto told = report_on(world_of_all_conditions());
  told.name_servers = {"127.0.0.1:53", "[fe80::1%eth0]:53"};
  told.ports_unavailable = {"cannot listen on [::1]:10060: no such address"};
  told.ports_open = {{"tcp_table", "127.0.0.1:10060"},
                     {"policy", "unix:/var/spool/postfix/spfblock/policy"}};
  const auto read = reports::status_from_json(reports::to_json(told));
  REQUIRE(read);
  CHECK(*read == told);
  CHECK(
      to_text(told).find("\nname servers: 127.0.0.1:53, [fe80::1%eth0]:53\n") !=
      std::string::npos);
  CHECK(reports::status_from_json(reports::to_json(status_report{})));
}

TEST_CASE("the JSON of a status has the members that are documented",
          "[table][status]") {
  book_fixture world{settings_of({"a.example"})};
  world.look(expanded("a.example", "192.0.2.0/24", 3600));
  world.pass(1min);
  CHECK(reports::to_json(report_on(world)) == R"({
  "at": 1795478460,
  "from_state_file": false,
  "pid": null,
  "published": false,
  "stale": false,
  "sees_mail": false,
  "domains": [
    {
      "domain": "a.example",
      "role": "listed",
      "condition": "fresh",
      "networks": 1,
      "ipv4_addresses": 256,
      "ipv6_slash64s": 0,
      "age_s": 60,
      "next_look_s": 3540,
      "put_aside_s": null,
      "changed_at": 1795478400,
      "failures": 0,
      "kept": 0,
      "kept_age_s": null,
      "undecided": [],
      "trouble": "",
      "kept_off": 0,
      "overlap": 0,
      "overlap_held": false,
      "overlap_hosts": "",
      "refusals": [],
      "until": "",
      "comment": "",
      "action": "REJECT {domain}",
      "by_mail": [],
      "by_name": [],
      "passes_everybody": false,
      "hits": null,
      "hits_hour": null,
      "hits_day": null,
      "last_hit": null,
      "listed_since": 1795478400,
      "unused_since": null
    }
  ],
  "providers": {
    "configured": 0,
    "known": 0
  },
  "put_aside": 0,
  "configuration": {
    "running": "file",
    "refused_at": null,
    "reason": "",
    "reloads": 0,
    "applying": false
  },
  "resolver": {
    "servers": []
  },
  "ports": {
    "open": [],
    "unavailable": []
  },
  "files": [],
  "mail": {
    "passes": 0,
    "does_not": 0,
    "sought": 0,
    "open": 0,
    "waits": 0,
    "checks": {
      "passed": 0,
      "not_passed": 0,
      "failed": 0,
      "canaries": 0,
      "over_budget": 0,
      "put_aside": 0
    }
  },
  "history": {
    "trouble": ""
  },
  "hits": {
    "trouble": ""
  }
}
)");
}

TEST_CASE("nothing else is taken for a status", "[table][status]") {
  const auto whole = reports::to_json(report_on(world_of_all_conditions()));
  REQUIRE(reports::status_from_json(whole));
  for (const auto& [part, instead] :
       std::vector<std::pair<std::string, std::string>>{
           {"\"at\": 1", "\"at\": -1"},
           {"\"at\": 1", "\"at\": 9999999991"},
           {"\"at\": 1", "\"at\": 1.5e0"},
           {"\"domains\": [", "\"domains\": null, \"x\": ["},
           {"\"condition\": \"fresh\"", "\"condition\": \"stale\""},
           {"\"role\": \"listed\"", "\"role\": \"both\""},
           {"\"networks\": 1", "\"networks\": -1"},
           {"\"networks\": 1", "\"networks\": true, \"x\": 1"},
           {"\"failures\": 0", "\"failures\": 4294967296"},
           {"\"age_s\": 3", "\"age_s\": \"\", \"x\": 3"},
           {"\"refusals\": [", "\"refusals\": [1], \"x\": ["},
           {"\"comment\": ", "\"commend\": "},
       }) {
    CAPTURE(part, instead);
    std::string text = whole;
    const auto at = text.find(part);
    REQUIRE(at != std::string::npos);
    text.replace(at, part.size(), instead);
    const auto read = reports::status_from_json(text);
    REQUIRE_FALSE(read);
    CHECK(read.error().code == errc::malformed);
  }
  for (const char* text : {"", "{}", "[]", "null", "<html>", "{\"at\":1}"}) {
    CAPTURE(text);
    CHECK_FALSE(reports::status_from_json(text));
  }
}

TEST_CASE("no odd number in a status is taken, wherever it stands",
          "[table][status]") {
  const auto whole = reports::to_json(report_on(world_of_all_conditions()));
  for (const odd_text& each : each_replaced(whole, refused_numbers)) {
    CAPTURE(each.key, each.value);
    const bool unread = each.key == "stale" && each.value != "1e999";
    CHECK(reports::status_from_json(each.text).has_value() == unread);
  }
  for (const odd_text& each : each_replaced(whole, odd_values)) {
    CAPTURE(each.key, each.value);
    const auto read = reports::status_from_json(each.text);
    CHECK((read || read.error().code == errc::malformed));
  }
}

} // namespace status_test
