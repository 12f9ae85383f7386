#include "core/spf/expansion.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/expected_listing.hpp"
#include "tests/support/zone_answers.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace expansion_test {

using namespace spfblock;
using namespace spfblock::testing;

namespace {

using list = std::vector<std::string>;

/// "CHAIN: PREFIXES" for each grant.
std::vector<std::string> grants(const spf::expansion& of) {
  std::vector<std::string> all;
  for (const spf::grant& each : of.grants)
    all.push_back(chain(of, each.term) + ": " + listed(each.addresses));
  return all;
}

} // namespace

TEST_CASE("expansion: tells which term granted what, and by which way",
          "[spf][expansion]") {
  const auto made =
      expansion_of("l.test 3600 TXT \"v=spf1 -ip4:10.0.0.3 ip4:10.0.0.8/31 "
                   "include:M.test redirect=%{v}.test\"\n"
                   "m.test 300 TXT \"v=spf1 ip4:10.0.0.0/29 a:h.test "
                   "-include:o.test ip4:10.0.0.16/31\"\n"
                   "o.test 600 TXT \"v=spf1 ip4:10.0.0.17\"\n"
                   "h.test 900 A 10.0.0.9\nh.test 900 AAAA 2001:db8::9\n"
                   "in-addr.test TXT \"v=spf1 ip4:10.0.0.3 ip4:10.0.0.32\"\n"
                   "ip6.test TXT \"v=spf1 ip6:2001:db8::32\"");
  CHECK(grants(made) ==
        list{"l.test -> ip4:10.0.0.8/31: 10.0.0.8/31",
             "l.test -> include:M.test -> ip4:10.0.0.0/29: 10.0.0.0/31 "
             "10.0.0.2/32 10.0.0.4/30",
             "l.test -> include:M.test -> a:h.test: 2001:db8::9/128",
             "l.test -> include:M.test -> ip4:10.0.0.16/31: 10.0.0.16/32",
             "l.test -> redirect=%{v}.test -> ip4:10.0.0.32: 10.0.0.32/32",
             "l.test -> redirect=%{v}.test -> ip6:2001:db8::32: "
             "2001:db8::32/128"});
  CHECK(made.ttl == 300);

  REQUIRE(made.records.size() == 5);
  const auto& redirected = made.records[4];
  CHECK(redirected.domain == name_of("ip6.test"));
  REQUIRE(redirected.via);
  CHECK(*redirected.via == 3);
  CHECK(made.terms.at(3).text == "redirect=%{v}.test");
  CHECK_FALSE(made.records[0].via);
  CHECK(made.records[1].ttl == 300);
  CHECK(made.records[1].text == "v=spf1 ip4:10.0.0.0/29 a:h.test "
                                "-include:o.test ip4:10.0.0.16/31");
  CHECK(made.records[1].error.empty());
}

TEST_CASE("expansion: tells what became of each term", "[spf][expansion]") {
  const auto made =
      expansion_of("l.test v=spf1 -ip4:10.0.0.0/31 include:m.test a:h.test "
                   "all ip4:10.0.0.9\n"
                   "m.test v=spf1 ip4:10.0.0.0/30 ?a:x.test -all\n"
                   "h.test A 10.0.0.8");
  struct told {
    std::string_view text;
    std::size_t offset;
    bool reached;
    std::string_view granted;
    std::string_view refused;
    unsigned dns_terms;
    unsigned void_lookups;
  };
  const told expected[] = {
      {"-ip4:10.0.0.0/31", 7, true, "", "10.0.0.0/31", 0, 0},
      {"include:m.test", 24, true, "10.0.0.2/31", "", 2, 1},
      {"a:h.test", 39, true, "10.0.0.8/32", "", 3, 2},
      {"all", 48, true, "0.0.0.0/0 ::/0 -10.0.0.0/31 -10.0.0.2/31 -10.0.0.8/32",
       "", 3, 2},
      {"ip4:10.0.0.9", 52, false, "", "", 0, 0},
      {"ip4:10.0.0.0/30", 7, true, "10.0.0.2/31", "", 1, 0},
      {"?a:x.test", 23, true, "", "", 2, 1},
      {"-all", 33, true, "", "0.0.0.0/0 ::/0 -10.0.0.0/31 -10.0.0.2/31", 2, 1},
  };
  REQUIRE(made.terms.size() == std::size(expected));
  for (std::size_t i = 0; i < made.terms.size(); ++i) {
    const spf::term_visit& term = made.terms[i];
    CAPTURE(i, expected[i].text);
    CHECK(term.record == (i < 5 ? 0 : 1));
    CHECK(term.text == expected[i].text);
    CHECK(term.offset == expected[i].offset);
    CHECK(term.reached == expected[i].reached);
    CHECK(listed(term.granted) == listed(set_of(expected[i].granted)));
    CHECK(listed(term.refused) == listed(set_of(expected[i].refused)));
    CHECK(term.dns_terms == expected[i].dns_terms);
    CHECK(term.void_lookups == expected[i].void_lookups);
    CHECK(term.remarks == list{});
  }
}

TEST_CASE("expansion: a term that nobody gets to is not reached",
          "[spf][expansion]") {
  const auto made = expansion_of("l.test v=spf1 ip4:0.0.0.0/0 ip6:::/0 "
                                 "a:h.test -all ip4:10.0.0.1");
  REQUIRE(made.terms.size() == 5);
  for (std::size_t i = 0; i < made.terms.size(); ++i)
    CHECK(made.terms[i].reached == (i < 2));
  CHECK(made.questions == 1);

  const auto redirecting =
      expansion_of("l.test v=spf1 ip4:0.0.0.0/0 ip6:::/0 redirect=m.test");
  CHECK_FALSE(redirecting.terms.at(2).reached);
  CHECK(redirecting.terms.at(2).dns_terms == 1); // it counts all the same
}

TEST_CASE("expansion: tells terms that can match nobody since others decide",
          "[spf][expansion]") {
  /// "TERM: WHY" of each such term.
  const auto told = [](const std::string& zone, const spf::rules& by = {}) {
    const auto made = expansion_of(zone, by);
    const auto why = spf::overruled_terms(made);
    REQUIRE(why.size() == made.terms.size());
    list all;
    for (std::size_t i = 0; i < why.size(); ++i) {
      if (!why[i].empty())
        all.push_back(made.terms[i].text + ": " + std::string{why[i]});
    }
    return all;
  };
  const std::string behind = ": nobody gets here: an all stands before it";
  const std::string covered =
      ": nobody whom it names gets here: terms before it decide";
  const std::string no_redirect = ": not followed: the record has an all";

  CHECK(told("l.test v=spf1 ip4:10.0.0.0/24 a:h.test x=y -all").empty());
  CHECK(told("l.test v=spf1 -all ip4:10.0.0.1 x=y a:h.test exp=e.test") ==
        list{"ip4:10.0.0.1" + behind, "a:h.test" + behind});
  CHECK(told("l.test v=spf1 redirect=m.test ip4:10.0.0.1 ?all") ==
        list{"redirect=m.test" + no_redirect});
  CHECK(told("l.test v=spf1 -ip4:10.0.0.0/24 ip4:10.0.0.128/25 "
             "ip4:10.0.1.0/24 ~ip4:10.0.1.9 ip6:2001:db8::/32 "
             "ip6:2001:db8:1::/48 -all") ==
        list{"ip4:10.0.0.128/25" + covered, "~ip4:10.0.1.9" + covered,
             "ip6:2001:db8:1::/48" + covered});
  // By the record that includes it.
  CHECK(told("l.test v=spf1 ip4:10.0.0.0/24 include:m.test ~all\n"
             "m.test v=spf1 ip4:10.0.0.1 ip4:10.0.1.0/24 all mx") ==
        list{"ip4:10.0.0.1" + covered, "mx" + behind});
  // Whatever its remarks tell already is not told again; what is too wide to
  // decide lets others come.
  spf::rules narrow;
  narrow.widest_ipv4 = 16;
  narrow.widest_ipv6 = 32;
  CHECK(told("l.test v=spf1 ip6:::ffff:10.0.0.1 all ip4:10.0.0.1 ip4:10.0.0.1",
             narrow) == list{"ip4:10.0.0.1" + covered});
  // Nor what an error keeps off.
  CHECK(told("l.test v=spf1 ip4:10.0.0.1 foo ip4:10.0.0.1 -all").empty());
  CHECK(told("l.test v=spf1 a:failing.test ip4:10.0.0.1 -all\n"
             "fail failing.test A\nfail failing.test AAAA")
            .empty());
}

TEST_CASE("expansion: names the errors at their terms and records",
          "[spf][expansion]") {
  struct failing {
    std::string zone;
    std::string remark;
  };
  const failing rows[] = {
      {"l.test v=spf1" + terms(11, "exists:x#.test"),
       "exists:x11.test: permerror: over 10 terms that cause DNS queries"},
      {"l.test v=spf1 a:x.test a:y.test a:z.test",
       "a:z.test: permerror: over 2 void lookups"},
      {"l.test v=spf1 mx" + lines(11, "l.test MX 1 h#.test"),
       "mx: permerror: over 10 MX names"},
      {"l.test v=spf1 include:x.test",
       "include:x.test: permerror: the domain named has no SPF record"},
      {"l.test v=spf1 a:h.test\nfail h.test A\nh.test AAAA 2001:db8::1",
       "a:h.test: temperror: h.test A: SERVFAIL"},
  };
  for (const failing& each : rows) {
    CAPTURE(each.zone);
    const auto made = expansion_of(each.zone);
    REQUIRE_FALSE(remarks(made).empty());
    CHECK(remarks(made).back() == each.remark);
    CHECK(made.terms.back().in_error);
  }

  const auto syntax = expansion_of("l.test v=spf1 ip4:10 all foo:\x01");
  REQUIRE(syntax.terms.size() == 3);
  CHECK(syntax.terms[0].in_error);
  CHECK(syntax.terms[0].remarks.at(0).starts_with("permerror: "));
  CHECK_FALSE(syntax.terms[1].in_error);
  CHECK_FALSE(syntax.terms[1].reached);
  CHECK(syntax.terms[2].in_error);
  CHECK(syntax.terms[2].text == "foo:\\x01");
  CHECK(syntax.records[0].text == "v=spf1 ip4:10 all foo:\\x01");

  const auto inner = expansion_of(
      "l.test v=spf1 include:m.test\nm.test v=spf1 all\nm.test v=spf1 -all");
  REQUIRE(inner.records.size() == 2);
  CHECK(inner.records[1].error == "permerror: 2 SPF records");
  CHECK(inner.records[1].text.empty());
  CHECK(expansion_of("").records.at(0).error == "no SPF record");
  CHECK(expansion_of("fail l.test TXT").records.at(0).error ==
        "temperror: SERVFAIL");
}

TEST_CASE("expansion: the outcome is that of the domain, not of an include",
          "[spf][expansion]") {
  struct ending {
    std::string_view zone;
    spf::outcome outcome;
    std::string_view reason;
  };
  const ending rows[] = {
      {"l.test v=spf1 -all", spf::outcome::expanded, ""},
      {"l.test v=spf1 ip4:10", spf::outcome::expanded, ""},
      {"l.test v=spf1\nl.test v=spf1 a", spf::outcome::expanded, ""},
      {"l.test TXT hello", spf::outcome::no_record, ""},
      {"", spf::outcome::no_record, ""},
      {"l.test v=spf1 include:x.test", spf::outcome::expanded, ""},
      {"l.test v=spf1 redirect=x.test", spf::outcome::expanded, ""},
      {"fail l.test TXT", spf::outcome::temperror, "l.test TXT: SERVFAIL"},
      {"l.test v=spf1 ip4:10.0.0.1 mx\nl.test MX 1 h.test\nfail h.test AAAA\n"
       "h.test A 10.0.0.9",
       spf::outcome::temperror, "h.test AAAA: SERVFAIL"},
      {"l.test v=spf1 ip4:10.0.0.1 mx include:m.test\nfail l.test MX\n"
       "fail m.test TXT",
       spf::outcome::temperror, "l.test MX: SERVFAIL"},
      {"l.test v=spf1 a:h.test include:m.test\nfail h.test A\n"
       "h.test AAAA 2001:db8::9\nfail m.test TXT",
       spf::outcome::temperror, "h.test A: SERVFAIL"},
      {"l.test v=spf1 all a:h.test\nfail h.test A", spf::outcome::expanded, ""},
  };
  for (const ending& each : rows) {
    CAPTURE(each.zone);
    const auto made = expansion_of(each.zone);
    CHECK(made.outcome == each.outcome);
    CHECK(made.reason == each.reason);
    CHECK(made.domain == name_of("l.test"));
  }
}

TEST_CASE("expansion: the TTL is the smallest of the answers used",
          "[spf][expansion]") {
  const std::string record = "l.test 900 TXT \"v=spf1 ";
  CHECK(expansion_of(record + "ip4:10.0.0.1\"").ttl == 900);
  const std::string hosts = "\nh.test 700 A 10.0.0.1\nh.test 600 AAAA ::1\n"
                            "m.test 500 MX 1 h.test\n"
                            "i.test 400 TXT \"v=spf1 -all\"";
  CHECK(expansion_of(record + "a:h.test\"" + hosts).ttl == 600);
  CHECK(expansion_of(record + "-ip6:::/0 a:h.test\"" + hosts).ttl == 700);
  CHECK(expansion_of(record + "mx:m.test\"" + hosts).ttl == 500);
  CHECK(expansion_of(record + "mx:m.test redirect=i.test\"" + hosts).ttl ==
        400);
  // A void answer of a zone file tells no TTL.
  CHECK(expansion_of(record + "a:x.test\"").ttl == 900);
  CHECK(expansion_of("fail l.test TXT").ttl == 0);
  CHECK(expansion_of(record + "include:m.test\"\nfail m.test TXT").ttl == 900);
}

} // namespace expansion_test
