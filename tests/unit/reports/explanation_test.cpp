#include "core/reports/explanation.hpp"
#include "core/support/text.hpp"
#include "tests/support/book_fixture.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/odd_numbers.hpp"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace explanation_test {

using namespace spfblock;
using namespace spfblock::testing;
using namespace std::chrono_literals;
using reports::exemption;
using reports::explanation;
using reports::listing_reason;
using table::snapshot;

namespace {

explanation why(const char* address, const book_fixture& world,
                const snapshot& published) {
  return reports::explain(*net::ip_address::try_parse(address), published,
                          world.book, world.now);
}

/// As of a table that has been published in full.
explanation why(const char* address, const book_fixture& world) {
  return why(address, world, snapshot{world.book.listings()});
}

/// What keeps the address off, where it is not listed: "LISTING: REASON".
std::vector<std::string> exemptions(const char* address,
                                    const book_fixture& world) {
  const auto told = why(address, world);
  CHECK(told.reasons.empty());
  std::vector<std::string> lines;
  for (const exemption& each : told.exemptions)
    lines.push_back(each.listing + ": " + each.reason);
  return lines;
}

using lines_t = std::vector<std::string>;

constexpr std::string_view b_records = R"(
  b.example v=spf1 ip4:203.0.113.0/25 include:inc.example -all
  inc.example v=spf1 ip4:192.0.2.0/25 ip4:192.0.2.128/25 ip4:198.51.100.0/24
)";

/// Two domains and a network by hand, which overlap; an hour and a day later.
book_fixture overlapping() {
  config::settings settings = settings_of({"a.example", "b.example"});
  settings.networks = {by_hand("192.0.2.0/28", "WARN by hand")};
  book_fixture world{settings};
  world.take_due();
  world.settle(expanded("a.example", "192.0.2.0/24"));
  world.settle(evaluated("b.example", b_records));
  world.pass(24h);
  world.take_due();
  world.settle(evaluated("b.example", b_records));
  world.pass(1h);
  return world;
}

} // namespace

TEST_CASE("explain names the listing that answers first, then the others",
          "[table][explanation]") {
  const auto told = why("192.0.2.1", overlapping());
  CHECK(told.address == "192.0.2.1");
  CHECK(told.at == beginning.wall + 25h);
  REQUIRE(told.reasons.size() == 3);
  CHECK(told.reasons[0] == listing_reason{"192.0.2.0/28", "192.0.2.0/28",
                                          "WARN by hand", "by hand",
                                          std::nullopt, std::nullopt, "",
                                          "WARN by hand"});
  CHECK(told.reasons[1].listing == "a.example");
  CHECK(told.reasons[2] ==
        listing_reason{"b.example", "192.0.2.0/24", "REJECT {domain}",
                       "b.example -> include:inc.example -> ip4:192.0.2.0/25",
                       beginning.wall, beginning.wall + 24h, "",
                       "REJECT b.example"});
  CHECK(told.exemptions.empty());
}

TEST_CASE("explain gives the chain of the term that authorised the address",
          "[table][explanation]") {
  const book_fixture world = overlapping();
  for (const auto& [address, chain] :
       {std::pair{"198.51.100.9",
                  "b.example -> include:inc.example -> ip4:198.51.100.0/24"},
        std::pair{"203.0.113.1", "b.example -> ip4:203.0.113.0/25"}}) {
    const auto told = why(address, world);
    REQUIRE(told.reasons.size() == 1);
    CHECK(told.reasons[0].chain == chain);
  }
}

TEST_CASE("explain fills in what the action tells", "[table][explanation]") {
  config::settings settings = settings_of({"a.example"});
  settings.domains[0] = entry_of(
      "a.example", "REJECT {address} in {network} of {domain} {since}");
  settings.networks = {by_hand("192.0.2.0/28", "WARN {network} {since}")};
  book_fixture world{settings};
  world.look(naming("a.example", "192.0.2.0/24"));
  world.pass(24h);
  world.look(naming("a.example", "192.0.2.0/24 192.0.3.0/24"));
  const auto answer = [&](const char* address, std::size_t reason) {
    return why(address, world).reasons.at(reason).answer;
  };
  CHECK(answer("192.0.2.1", 0) == "WARN 192.0.2.0/28 -");
  CHECK(answer("192.0.2.1", 1) ==
        "REJECT 192.0.2.1 in 192.0.2.0/23 of a.example 2026-11-24");
  // As Postfix gets it: a day has networks of its own.
  CHECK(answer("192.0.2.16", 0) ==
        "REJECT 192.0.2.16 in 192.0.2.0/24 of a.example 2026-11-24");
  CHECK(answer("192.0.3.1", 0) ==
        "REJECT 192.0.3.1 in 192.0.3.0/24 of a.example 2026-11-25");
}

TEST_CASE("explain agrees with the published table, not with what is to come",
          "[table][explanation]") {
  book_fixture world = overlapping();
  const snapshot published{world.book.listings()};
  const auto early = why("198.51.100.9", world, snapshot{});
  CHECK(early.reasons.empty());
  CHECK(early.exemptions ==
        std::vector<exemption>{{"b.example", "not published yet"}});

  // b.example is gone by now, which is not published yet.
  world.apply(settings_of({"c.example"}));
  const auto late = why("198.51.100.9", world, published);
  REQUIRE(late.reasons.size() == 1);
  CHECK(late.reasons[0] ==
        listing_reason{"b.example", "198.51.100.0/24", "REJECT {domain}",
                       "unknown: being refreshed", std::nullopt, std::nullopt,
                       "", "REJECT b.example"});
}

TEST_CASE("explain says what allows an address that listings name",
          "[table][explanation]") {
  config::settings settings = settings_of({"a.example"});
  settings.networks = {by_hand("198.51.100.0/24")};
  settings.allow.networks = {{*net::ip_prefix::parse("198.51.100.128/25")},
                             {*net::ip_prefix::parse("192.0.2.1")}};
  settings.allow.domains = {domain_of("friend.example")};
  settings.allow.reserved = true;
  book_fixture world{settings};
  world.take_due();
  world.settle(expanded("friend.example", "192.0.2.0/28"), role::allowed);
  world.settle(expanded("a.example", "192.0.2.0/24 10.0.0.0/24 5.5.5.0/24"));

  CHECK(exemptions("10.0.0.1", world) ==
        lines_t{"a.example: allowed by reserved 10.0.0.0/8 (Private-Use)"});
  CHECK(exemptions("198.51.100.130", world) ==
        lines_t{"198.51.100.0/24: allowed by network 198.51.100.128/25, "
                "reserved 198.51.100.0/24 (Documentation (TEST-NET-2))"});
  CHECK(exemptions("192.0.2.1", world) ==
        lines_t{"a.example: allowed by network 192.0.2.1/32, domain "
                "friend.example, reserved 192.0.2.0/24 (Documentation "
                "(TEST-NET-1))"});
  CHECK(exemptions("5.5.6.1", world).empty());
  CHECK(why("5.5.5.1", world).exemptions.empty());
}

TEST_CASE("explain says which limit keeps an address off",
          "[table][explanation]") {
  config::settings settings =
      settings_of({"wide.example", "many.example", "grown.example"});
  settings.domains[1].limits.edit().networks = 2;
  book_fixture world{settings};
  world.take_due();
  world.settle(expanded("wide.example", "10.0.0.0/8 192.0.2.0/24"));
  world.settle(expanded("many.example", "192.0.2.1"));
  world.settle(expanded("grown.example", "192.0.2.1"));
  world.pass(1h);
  world.take_due();
  world.settle(expanded("many.example", "198.51.100.1 198.51.100.3 192.0.2.1"));
  world.settle(expanded("grown.example", "192.0.2.1 100.70.0.0/16"));

  CHECK(exemptions("10.1.1.1", world) ==
        lines_t{"wide.example: limit widest_ipv4: found /8, allowed /16; 1 "
                "network refused"});
  CHECK(exemptions("198.51.100.3", world) ==
        lines_t{"many.example: limit networks: found 3, allowed 2; 1 network "
                "refused"});
  CHECK(exemptions("100.70.1.1", world) ==
        lines_t{"grown.example: limit growth: found 65536, allowed 4096; 1 "
                "network held until a later look confirms it"});
  CHECK(why("192.0.2.1", world).exemptions.empty());
  CHECK(why("192.0.2.1", world).reasons.size() == 3);
}

TEST_CASE("explain says that a term was too wide", "[table][explanation]") {
  book_fixture world{settings_of({"a.example"})};
  world.look(evaluated("a.example", R"(
      a.example v=spf1 ip4:192.0.2.0/24 include:inc.example -all
      inc.example v=spf1 +all)"));
  const lines_t too_wide{
      "a.example: too wide: a.example -> include:inc.example -> +all"};
  CHECK(exemptions("198.51.100.1", world) == too_wide);
  CHECK(exemptions("2001:db8::1", world) == too_wide);
  CHECK(why("192.0.2.1", world).exemptions.empty());
}

TEST_CASE("an address that one listing holds may be kept off another",
          "[table][explanation]") {
  book_fixture world{settings_of({"a.example", "b.example"})};
  world.take_due();
  world.settle(expanded("a.example", "192.0.2.0/24"));
  world.settle(evaluated("b.example", "b.example v=spf1 +all"));
  const auto told = why("192.0.2.1", world);
  REQUIRE(told.reasons.size() == 1);
  CHECK(told.reasons[0].listing == "a.example");
  CHECK(told.exemptions ==
        std::vector<exemption>{{"b.example", "too wide: b.example -> +all"}});
}

TEST_CASE("an allowed domain's networks are no reason to list",
          "[table][explanation]") {
  config::settings settings = settings_of({});
  settings.allow.domains = {domain_of("friend.example")};
  book_fixture world{settings};
  world.take_due();
  world.settle(expanded("friend.example", "192.0.2.0/24"), role::allowed);
  CHECK(exemptions("192.0.2.1", world).empty());
  // It is said that nobody can list it, as where a record is not followed.
  const auto told = why("192.0.2.1", world);
  CHECK(told.allowed_by == "domain friend.example");
  CHECK(reports::to_text(told) ==
        "192.0.2.1 is not listed\n  allowed by  domain friend.example\n");
  const auto read = reports::explanation_from_json(reports::to_json(told));
  REQUIRE(read);
  CHECK(*read == told);
  CHECK(why("192.0.3.1", world).allowed_by.empty());
}

TEST_CASE("to_text of an explanation is for people at 80 columns",
          "[table][explanation]") {
  const book_fixture world = overlapping();
  CHECK(to_text(why("192.0.2.200", world)) ==
        R"(192.0.2.200 is listed by a.example
  network     192.0.2.0/24
  chain       a.example -> ip4:192.0.2.0/24
  action      REJECT a.example
  first seen  2026-11-24 00:00 UTC, 25h ago
  last seen   2026-11-24 00:00 UTC, 25h ago
also listed by b.example
  network     192.0.2.0/24
  chain       b.example -> include:inc.example -> ip4:192.0.2.128/25
  action      REJECT b.example
  first seen  2026-11-24 00:00 UTC, 25h ago
  last seen   2026-11-25 00:00 UTC, 60m ago
)");
  CHECK(to_text(why("192.0.2.200", world, snapshot{})) ==
        "192.0.2.200 is not listed\n"
        "kept off a.example\n"
        "  reason      not published yet\n"
        "kept off b.example\n"
        "  reason      not published yet\n");
  CHECK(to_text(why("203.0.113.200", world)) ==
        "203.0.113.200 is not listed\n");
  CHECK(to_text(why("192.0.2.1", world))
            .starts_with("192.0.2.1 is listed by 192.0.2.0/28\n"
                         "  network     192.0.2.0/28\n"
                         "  chain       by hand\n"
                         "  action      WARN by hand\n"
                         "also listed by a.example\n"));
}

TEST_CASE("a long chain goes on at the next line", "[table][explanation]") {
  explanation told{"192.0.2.1", {}, {}, beginning.wall};
  const std::string chain =
      "toramaki.net -> include:spf-stx.burn-oxygen.com -> "
      "ip4:45.120.196.0/22";
  told.reasons.push_back({"toramaki.net", "45.120.196.0/22", "REJECT", chain,
                          std::nullopt, std::nullopt});
  told.exemptions.push_back({"other.example", "too wide: " + chain});
  CHECK(to_text(told) == R"(192.0.2.1 is listed by toramaki.net
  network     45.120.196.0/22
  chain       toramaki.net -> include:spf-stx.burn-oxygen.com ->
              ip4:45.120.196.0/22
  action      REJECT
kept off other.example
  reason      too wide: toramaki.net -> include:spf-stx.burn-oxygen.com ->
              ip4:45.120.196.0/22
)");
}

TEST_CASE("a long name stands on a line of its own", "[table][explanation]") {
  const std::string name = std::string(60, 'a') + ".example";
  explanation told{"192.0.2.1", {}, {}, beginning.wall};
  told.reasons.push_back(
      {name, "192.0.2.0/24", "REJECT", "by hand", std::nullopt, std::nullopt});
  told.exemptions.push_back({"b." + std::string(60, 'b') + ".example", "r"});
  const std::string shown = to_text(told);
  CHECK(shown.starts_with("192.0.2.1 is listed by\n  " + name + "\n"));
  CHECK(shown.find("\nkept off b." + std::string(60, 'b') + ".example\n") !=
        std::string::npos);
}

TEST_CASE("of many exemptions ten are shown and the rest is counted",
          "[table][explanation]") {
  explanation told{"192.0.2.1", {}, {}, beginning.wall};
  told.exemptions.resize(10, {"a.example", "too wide"});
  CHECK(
      to_text(told).ends_with("kept off a.example\n  reason      too wide\n"));
  told.exemptions.resize(27, {"b.example", "too wide"});
  const std::string shown = to_text(told);
  CHECK(shown.ends_with("  reason      too wide\nkept off 17 more\n"));
  CHECK(shown.find("b.example") == std::string::npos);
}

TEST_CASE("no word of an explanation reaches the terminal as it is",
          "[table][explanation]") {
  const std::string bad = "\x1b[31m\xff\n";
  explanation told{
      bad, {{bad, bad, bad, bad, {}, {}, bad, bad}}, {{bad, bad}}, {}};
  for (int i = 0; i < 2; ++i) {
    const auto text = to_text(told);
    CHECK(std::none_of(text.begin(), text.end(), [](char c) {
      return (c < ' ' || c > '~') && c != '\n';
    }));
    told.reasons.clear();
  }
}

TEST_CASE("an explanation survives JSON", "[table][explanation]") {
  const book_fixture world = overlapping();
  for (const char* client : {"192.0.2.1", "203.0.113.1", "203.0.113.200"}) {
    const auto told = why(client, world);
    const auto read = reports::explanation_from_json(reports::to_json(told));
    REQUIRE(read);
    CHECK(*read == told);
  }
  const auto told = why("198.51.100.9", world, snapshot{});
  REQUIRE(told.exemptions.size() == 1);
  CHECK(*reports::explanation_from_json(reports::to_json(told)) == told);
}

TEST_CASE("the JSON of an explanation has the members that are documented",
          "[table][explanation]") {
  auto told = why("192.0.2.1", overlapping());
  told.reasons.erase(told.reasons.begin() + 1);
  told.exemptions.push_back({"c.example", "too wide: c.example -> +all"});
  CHECK(reports::to_json(told) == R"({
  "address": "192.0.2.1",
  "at": 1795568400,
  "listed": true,
  "reasons": [
    {
      "listing": "192.0.2.0/28",
      "network": "192.0.2.0/28",
      "action": "WARN by hand",
      "chain": "by hand",
      "first_seen": null,
      "last_seen": null,
      "undecided": "",
      "answer": "WARN by hand"
    },
    {
      "listing": "b.example",
      "network": "192.0.2.0/24",
      "action": "REJECT {domain}",
      "chain": "b.example -> include:inc.example -> ip4:192.0.2.0/25",
      "first_seen": 1795478400,
      "last_seen": 1795564800,
      "undecided": "",
      "answer": "REJECT b.example"
    }
  ],
  "exemptions": [
    {
      "listing": "c.example",
      "reason": "too wide: c.example -> +all"
    }
  ],
  "allowed_by": ""
}
)");
}

TEST_CASE("nothing else is taken for an explanation", "[table][explanation]") {
  const auto whole = reports::to_json(why("198.51.100.9", overlapping()));
  REQUIRE(reports::explanation_from_json(whole));
  for (const auto& [part, instead] :
       std::vector<std::pair<std::string, std::string>>{
           {"\"address\": \"", "\"address\": 1, \"x\": \""},
           {"\"at\": 1", "\"at\": -1"},
           {"\"at\": 1", "\"at\": null, \"x\": 1"},
           {"\"first_seen\": 1", "\"first_seen\": 99991"},
           {"\"last_seen\": 1", "\"last_seen\": true, \"x\": 1"},
           {"\"reasons\": [", "\"reasons\": null, \"x\": ["},
           {"\"exemptions\": [", "\"exemptions\": {}, \"x\": ["},
           {"\"exemptions\": [", "\"exemptions\": [1"},
           {"\"chain\": ", "\"chains\": "}}) {
    CAPTURE(part, instead);
    std::string text = whole;
    const auto at = text.find(part);
    REQUIRE(at != std::string::npos);
    text.replace(at, part.size(), instead);
    const auto read = reports::explanation_from_json(text);
    REQUIRE_FALSE(read);
    CHECK(read.error().code == errc::malformed);
  }
  for (const char* text : {"", "{}", "[]", "{\"address\":1}", "<html>"}) {
    CAPTURE(text);
    CHECK_FALSE(reports::explanation_from_json(text));
  }
}

TEST_CASE("no odd number in an explanation is taken, wherever it stands",
          "[table][explanation]") {
  const auto whole = reports::to_json(why("198.51.100.9", overlapping()));
  for (const odd_text& each : each_replaced(whole, refused_numbers)) {
    CAPTURE(each.key, each.value);
    const bool unread = each.key == "listed" && each.value != "1e999";
    CHECK(reports::explanation_from_json(each.text).has_value() == unread);
  }
  for (const odd_text& each : each_replaced(whole, odd_values)) {
    CAPTURE(each.key, each.value);
    const auto read = reports::explanation_from_json(each.text);
    CHECK((read || read.error().code == errc::malformed));
  }
}

} // namespace explanation_test
