#include "core/spf/account.hpp"
#include "core/spf/evaluation.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/contradictions.hpp"
#include "tests/support/expected_listing.hpp"
#include "tests/support/zone_answers.hpp"

#include <fmt/format.h>

#include <string>
#include <vector>

namespace evaluation_limits_test {

using namespace spfblock;
using namespace spfblock::testing;

namespace {

using list = std::vector<std::string>;

} // namespace

TEST_CASE("evaluate: the eleventh DNS term is a permerror for who gets there",
          "[spf][evaluation]") {
  const std::string host = "\nh.test A 10.0.0.9\nh.test AAAA 2001:db8::9";
  const std::string ten_and = "10.0.0.1/32 10.0.0.9/32 2001:db8::9/128";
  const expected_listing rows[] = {
      {"ten are fine",
       "l.test v=spf1 ip4:10.0.0.1" + terms(10, "a:h.test") + " ip4:10.0.0.2" +
           host,
       ten_and + " 10.0.0.2/32"},
      broken("eleven are not",
             "l.test v=spf1 ip4:10.0.0.1" + terms(11, "a:h.test") +
                 " ip4:10.0.0.2" + host,
             ten_and),
      {"nobody gets there",
       "l.test v=spf1 ip4:10.0.0.1 -all" + terms(11, "a:h.test") + host,
       "10.0.0.1/32"},
      broken("the first ten of eleven includes still authorise",
             "l.test v=spf1" + terms(11, "include:m#.test") +
                 lines(11, "m#.test v=spf1 ip4:10.0.#.1"),
             "10.0.1.1/32 10.0.2.1/32 10.0.3.1/32 10.0.4.1/32 10.0.5.1/32 "
             "10.0.6.1/32 10.0.7.1/32 10.0.8.1/32 10.0.9.1/32 10.0.10.1/32"),
      {"the terms of an included record count: 1 + 8 + 1",
       "l.test v=spf1 include:m.test redirect=n.test\nm.test v=spf1" +
           terms(8, "-a:h.test") + "\nn.test v=spf1 ip4:10.0.0.2" + host,
       "10.0.0.2/32"},
      broken("the terms of an included record count: 1 + 9 + 1",
             "l.test v=spf1 include:m.test redirect=n.test\nm.test v=spf1" +
                 terms(9, "a:h.test") + "\nn.test v=spf1 ip4:10.0.0.2" + host,
             "10.0.0.9/32 2001:db8::9/128"),
      {"who is refused early in there has more left",
       "l.test v=spf1 include:m.test a:h.test ip4:10.0.0.0/30\n"
       "m.test v=spf1 -ip4:10.0.0.1" +
           terms(9, "exists:x.test") + host,
       "10.0.0.1/32", "0.0.0.0/0 ::/0 -10.0.0.1/32"},
      {"what cannot be listed counts, what asks nothing does not",
       "l.test v=spf1 exists:x.test ptr a:%{i}.test include:%{s}.test "
       "exp=%{i}.test ip4:10.9.0.1 ip6:2001:db8::9 -ip4:10.9.0.2" +
           terms(6, "mx:%{i}.test") + " ip4:10.0.0.1",
       "10.9.0.1/32 2001:db8::9/128 10.0.0.1/32"},
      broken("eleven that cannot be listed",
             "l.test v=spf1 exists:x.test ptr a:%{i}.test include:%{s}.test" +
                 terms(6, "mx:%{i}.test") + " ip4:10.0.0.1 redirect=%{i}.test",
             ""),
      {"a redirect counts though an all keeps it from being followed: 1 + 9",
       "l.test v=spf1 ip4:10.0.0.1" + terms(9, "a:h.test") +
           " ip4:10.0.0.2 redirect=n.test -all" + host,
       ten_and + " 10.0.0.2/32"},
      broken("a redirect counts though an all keeps it from being followed: "
             "1 + 10",
             "l.test v=spf1 ip4:10.0.0.1" + terms(10, "a:h.test") +
                 " ip4:10.0.0.2 redirect=n.test -all" + host,
             ten_and),
      broken("a redirect counts for who passes before it, in an include, too",
             "l.test v=spf1 ip4:10.0.0.1" + terms(9, "a:h.test") +
                 " include:m.test" + host +
                 "\nm.test v=spf1 ip4:10.0.0.2 redirect=n.test"
                 "\nn.test v=spf1 ip4:10.0.0.3",
             ten_and),
      {"a redirect counts where its record is come to: not behind it",
       "l.test v=spf1 include:m.test a:h.test ip4:10.0.0.2\n"
       "m.test v=spf1 -ip4:10.0.0.9 -ip6:::/0 redirect=n.test"
       "\nn.test v=spf1 ip4:10.0.0.1 -all" +
           host,
       "10.0.0.1/32 10.0.0.9/32 2001:db8::9/128 10.0.0.2/32"},
      broken("a record that includes itself",
             "l.test v=spf1 ip4:10.0.0.1 include:l.test ip4:10.0.0.2",
             "10.0.0.1/32"),
      broken("a record that redirects to itself",
             "l.test v=spf1 ip4:10.0.0.1 redirect=%{d}", "10.0.0.1/32"),
      broken("records that include each other",
             "l.test v=spf1 include:m.test ip4:10.0.0.2\n"
             "m.test v=spf1 ip4:10.0.0.1 include:l.test",
             "10.0.0.1/32"),
  };
  for (const expected_listing& each : rows)
    check_both(each);
}

TEST_CASE("evaluate: the third void lookup is a permerror for whom it is void",
          "[spf][evaluation]") {
  const std::string exchanges =
      "\nm.test MX 1 h.test\nm.test MX 2 x.test\nm.test MX 3 y.test\n"
      "h.test A 10.0.0.9";
  const expected_listing rows[] = {
      {"two are fine, of a name that is not there or has no such record",
       "l.test v=spf1 a:x.test mx:h.test ip4:10.0.0.1\nh.test TXT hello",
       "10.0.0.1/32"},
      broken("three are not",
             "l.test v=spf1 ip4:10.0.0.1 a:x.test mx:x.test a:h.test "
             "ip4:10.0.0.2\nh.test TXT hello",
             "10.0.0.1/32"),
      {"hosts without IPv6 are void for IPv6 clients",
       "l.test v=spf1 ip6:2001:db8::1 a:h.test a:h.test a:h.test ip4:10.0.0.1 "
       "ip6:2001:db8::2\nh.test A 10.0.0.9",
       "10.0.0.1/32 10.0.0.9/32 2001:db8::1/128", "::/0 -2001:db8::1/128"},
      {"each void host of an mx term counts",
       "l.test v=spf1 mx:m.test ip4:10.0.0.1 ip6:2001:db8::1" + exchanges,
       "10.0.0.9/32 10.0.0.1/32", "::/0"},
      broken("the third of one term, too",
             "l.test v=spf1 ip4:10.0.0.1 mx:m.test ip4:10.0.0.2\n"
             "m.test MX 1 x.test\nm.test MX 2 y.test\nm.test MX 3 z.test",
             "10.0.0.1/32"),
      broken("the term matches whom hosts before that have",
             "l.test v=spf1 mx:m.test mx:m.test ip4:10.0.0.1" + exchanges,
             "10.0.0.9/32"),
      broken("and not whom hosts behind that have",
             "l.test v=spf1 mx:m.test mx:n.test ip4:10.0.0.1\n"
             "n.test MX 7 x.test\nn.test MX 8 g.test\ng.test A 10.0.0.8" +
                 exchanges,
             "10.0.0.9/32"),
      broken("in the order of preferences, not of the answer",
             "l.test v=spf1 mx:m.test ip4:10.0.0.1\n"
             "m.test MX 9 h.test\nm.test MX 2 x.test\nm.test MX 30 g.test\n"
             "m.test MX 2 y.test\nm.test MX 10 z.test\n"
             "h.test A 10.0.0.9\nh.test AAAA 2001:db8::9\n"
             "g.test A 10.0.0.8\ng.test AAAA 2001:db8::8",
             "10.0.0.9/32 2001:db8::9/128"),
      broken("where preferences are equal, by name",
             "l.test v=spf1 a:x.test a:x.test mx:m.test ip4:10.0.0.1\n"
             "m.test MX 1 x.test\nm.test MX 1 h.test\n"
             "h.test A 10.0.0.9\nh.test AAAA 2001:db8::9",
             "10.0.0.9/32 2001:db8::9/128"),
      {"an mx behind two void hosts of others",
       "l.test v=spf1 mx:a.test ?mx:b.test mx:c.test/24 -all\n"
       "a.test MX 1 x.test\na.test MX 2 h.test\n"
       "b.test MX 1 x.test\nb.test MX 2 g.test\n"
       "c.test MX 1 x.test\nc.test MX 2 g.test\n"
       "h.test A 10.0.0.9\nh.test AAAA 2001:db8::9\n"
       "g.test A 10.0.0.8\ng.test AAAA 2001:db8::8",
       "10.0.0.9/32 2001:db8::9/128",
       "0.0.0.0/0 ::/0 -10.0.0.8/31 -2001:db8::8/127"},
      {"it does not count for whom the term matches",
       "l.test v=spf1 include:n.test a:x.test a:x.test ip4:10.0.0.8/31\n"
       "n.test v=spf1 -mx:m.test" +
           exchanges,
       "10.0.0.9/32", "0.0.0.0/0 ::/0 -10.0.0.9/32"},
      {"nothing is asked for exists and ptr",
       "l.test v=spf1 exists:x.test exists:x.test ptr exists:x.test "
       "ip4:10.0.0.1",
       "10.0.0.1/32"},
      {"an IPv4-mapped host is not void, only useless",
       "l.test v=spf1 a:h.test a:h.test a:h.test ip6:2001:db8::1\n"
       "h.test A 10.0.0.9\nh.test AAAA ::ffff:10.0.0.9",
       "10.0.0.9/32 2001:db8::1/128"},
      broken("those of included records count",
             "l.test v=spf1 a:x.test include:m.test ip4:10.0.0.2\n"
             "m.test v=spf1 a:x.test ip4:10.0.0.1 a:x.test",
             "10.0.0.1/32"),
  };
  for (const expected_listing& each : rows)
    check_both(each);
}

TEST_CASE("evaluate: eleven names of an mx term are a permerror",
          "[spf][evaluation]") {
  const std::string hosts =
      lines(11, "h#.test A 10.0.0.#") + lines(11, "h#.test AAAA 2001:db8::#");
  const std::string record =
      "l.test v=spf1 ip4:10.0.9.1 mx:m.test ip4:10.0.9.2";
  check_both({"ten", record + lines(10, "m.test MX 1 h#.test") + hosts,
              "10.0.9.1/32 10.0.9.2/32 10.0.0.1/32 10.0.0.2/31 10.0.0.4/30 "
              "10.0.0.8/31 10.0.0.10/32 2001:db8::1/128 2001:db8::2/127 "
              "2001:db8::4/126 2001:db8::8/127 2001:db8::10/128"});
  check_both(broken("eleven", record + lines(11, "m.test MX 1 h#.test") + hosts,
                    "10.0.9.1/32"));
}

TEST_CASE("evaluate: a failing question ends it for who depends on the answer",
          "[spf][evaluation]") {
  const std::string record =
      "l.test v=spf1 ip4:10.0.0.1 a:h.test ip4:10.0.0.2 ip6:2001:db8::2";
  const expected_listing rows[] = {
      {"the domain itself", "l.test v=spf1 all\nfail l.test TXT", "", "",
       std::string{everyone}},
      {"an A record, IPv4 clients",
       record + "\nh.test AAAA 2001:db8::9\nfail h.test A",
       "10.0.0.1/32 2001:db8::9/128 2001:db8::2/128", "",
       "0.0.0.0/0 -10.0.0.1/32"},
      {"an AAAA record, IPv6 clients",
       record + "\nh.test A 10.0.0.9\nfail h.test AAAA",
       "10.0.0.1/32 10.0.0.9/32 10.0.0.2/32", "", "::/0"},
      {"an included record",
       "l.test v=spf1 ip4:10.0.0.1 include:m.test all\nfail m.test TXT",
       "10.0.0.1/32", "", "0.0.0.0/0 ::/0 -10.0.0.1/32"},
      {"a redirect",
       "l.test v=spf1 -ip4:10.0.0.1 redirect=m.test\n"
       "fail m.test TXT",
       "", "", "0.0.0.0/0 ::/0 -10.0.0.1/32"},
      {"an MX record", "l.test v=spf1 ip4:10.0.0.1 mx -all\nfail l.test MX",
       "10.0.0.1/32", "", "0.0.0.0/0 ::/0 -10.0.0.1/32"},
      {"one of the exchanges, but not who matches one before it",
       "l.test v=spf1 mx ip4:10.0.0.1 ip6:2001:db8::1\n"
       "l.test MX 2 h.test\nl.test MX 1 g.test\nl.test MX 3 f.test\n"
       "h.test AAAA 2001:db8::9\nfail h.test A\n"
       "g.test A 10.0.0.8\ng.test AAAA 2001:db8::8\n"
       "f.test A 10.0.0.7\nf.test AAAA 2001:db8::7",
       "10.0.0.8/32 2001:db8::7/128 2001:db8::8/127 2001:db8::1/128", "",
       "0.0.0.0/0 -10.0.0.8/32"},
      {"a loop of aliases", "l.test v=spf1 a:c.test\nc.test CNAME c.test", "",
       "", std::string{everyone}},
      {"nobody depends on it", "l.test v=spf1 all a:h.test\nfail h.test A",
       std::string{everyone}},
      {"it is no void lookup, and goes before a later one",
       "l.test v=spf1 a:x.test a:x.test mx:m.test\n"
       "m.test MX 1 h.test\nm.test MX 2 x.test\n"
       "h.test AAAA 2001:db8::9\nfail h.test A",
       "2001:db8::9/128", "::/0 -2001:db8::9/128", "0.0.0.0/0"},
  };
  for (const expected_listing& each : rows)
    check_both(each);
}

TEST_CASE("evaluate: a term that grants too much counts as not matching",
          "[spf][evaluation]") {
  spf::rules limits;
  limits.widest_ipv4 = 16;
  limits.widest_ipv6 = 32;
  const std::string hosts = "\nh.test A 10.9.0.1\nh.test AAAA 2001:db9::1";
  const expected_listing rows[] = {
      {"+all, and narrower terms behind it",
       "l.test v=spf1 +all ip4:10.0.0.0/24 ip6:2001:db8::/48",
       "10.0.0.0/24 2001:db8::/48"},
      {"ip4 and ip6 at the limit",
       "l.test v=spf1 ip4:10.0.0.0/16 ip6:2001:db8::/32",
       "10.0.0.0/16 2001:db8::/32"},
      {"ip4 and ip6 over it", "l.test v=spf1 ip4:10.0.0.0/15 ip6:2001:db8::/31",
       ""},
      {"a and mx at the limit", "l.test v=spf1 a:h.test/16//32" + hosts,
       "10.9.0.0/16 2001:db9::/32"},
      {"a over it for IPv4", "l.test v=spf1 a:h.test/15//32" + hosts,
       "2001:db9::/32"},
      {"mx over it for IPv6",
       "l.test v=spf1 mx:m.test/16//31\nm.test MX 1 h.test" + hosts,
       "10.9.0.0/16"},
      {"a carve-out may be wide",
       "l.test v=spf1 -ip4:10.0.0.0/8 ~a:h.test//0 ip4:10.0.0.0/24 "
       "ip4:11.0.0.0/24 ip6:2001:db8::/48" +
           hosts,
       "11.0.0.0/24"},
      {"the all of an included record",
       "l.test v=spf1 include:m.test ip4:10.0.0.0/24\n"
       "m.test v=spf1 ip4:10.1.0.0/24 all",
       "10.0.0.0/23 -10.0.1.0/24 10.1.0.0/24"},
      {"the all of a redirect",
       "l.test v=spf1 redirect=m.test\nm.test v=spf1 all", ""},
      {"the all of an included record may carve out",
       "l.test v=spf1 ip4:10.0.0.0/24 -include:m.test ip4:11.0.0.0/24\n"
       "m.test v=spf1 all",
       "10.0.0.0/24"},
      {"and so may one further in, and one behind a redirect",
       "l.test v=spf1 -include:m.test ip4:10.0.0.0/24 ip6:2001:db8::/48\n"
       "m.test v=spf1 include:n.test ip6:::/0\n"
       "n.test v=spf1 redirect=o.test\no.test v=spf1 ip4:0.0.0.0/0",
       ""},
      {"a wide carve-out within an include",
       "l.test v=spf1 include:m.test\n"
       "m.test v=spf1 -ip4:10.0.0.0/8 ip4:10.0.0.0/24 ip4:11.0.0.0/24",
       "11.0.0.0/24"},
      {"+all keeps a redirect out all the same",
       "l.test v=spf1 +all redirect=m.test\nm.test v=spf1 ip4:10.0.0.1", ""},
  };
  for (const expected_listing& each : rows)
    check(each, limits);

  const auto made = expansion_of(
      "l.test v=spf1 ip4:10.0.0.0/15 all a:h.test/0//31" + hosts, limits);
  CHECK(remarks(made) ==
        list{"ip4:10.0.0.0/15: too wide: IPv4 /15 (widest_ipv4 is 16)",
             "all: too wide: IPv4 /0 (widest_ipv4 is 16)",
             "all: too wide: IPv6 /0 (widest_ipv6 is 32)",
             "a:h.test/0//31: too wide: IPv4 /0 (widest_ipv4 is 16)",
             "a:h.test/0//31: too wide: IPv6 /31 (widest_ipv6 is 32)"});
  CHECK_FALSE(made.terms.front().in_error);

  spf::rules only_ipv6;
  only_ipv6.widest_ipv6 = 32;
  check({"a limit that is off", "l.test v=spf1 all", "0.0.0.0/0"}, only_ipv6);
}

TEST_CASE("evaluate: with skip, a permerror and its term are passed over",
          "[spf][evaluation]") {
  const expected_listing rows[] = {
      {"a syntax error",
       "l.test v=spf1 ip4:10.0.0.1 foo:bar ip4:10 a: "
       "ip4:10.0.0.2 -all",
       "10.0.0.1/32 10.0.0.2/32"},
      {"the second redirect",
       "l.test v=spf1 redirect=m.test redirect=n.test\n"
       "m.test v=spf1 ip4:10.0.0.1\nn.test v=spf1 ip4:10.0.0.2",
       "10.0.0.1/32"},
      {"an include of nothing",
       "l.test v=spf1 include:x.test include:m..test ip4:10.0.0.1",
       "10.0.0.1/32"},
      {"a redirect to nothing", "l.test v=spf1 ip4:10.0.0.1 redirect=x.test",
       "10.0.0.1/32"},
      {"two records",
       "l.test v=spf1 include:m.test ip4:10.0.0.1\n"
       "m.test v=spf1 all\nm.test v=spf1 a",
       "10.0.0.1/32"},
      {"two records of the domain itself",
       "l.test v=spf1 all\nl.test v=spf1 ip4:10.0.0.1", ""},
      {"the limit of DNS terms",
       "l.test v=spf1" + terms(12, "include:m#.test") +
           lines(12, "m#.test v=spf1 ip4:10.0.0.#"),
       "10.0.0.1/32 10.0.0.2/31 10.0.0.4/30 10.0.0.8/30 10.0.0.12/32"},
      {"the limit of void lookups",
       "l.test v=spf1" + terms(5, "a:x.test") + " ip4:10.0.0.1", "10.0.0.1/32"},
      {"the limit of MX names",
       "l.test v=spf1 mx ip4:10.0.0.1\nh1.test A 10.0.0.2" +
           lines(11, "l.test MX 1 h#.test"),
       "10.0.0.1/32"},
      {"a loop",
       "l.test v=spf1 include:m.test ip4:10.0.0.2\n"
       "m.test v=spf1 ip4:10.0.0.1 include:l.test ip4:10.0.0.3",
       "10.0.0.1/32 10.0.0.2/31"},
      {"a loop of redirects", "l.test v=spf1 ip4:10.0.0.1 redirect=l.test",
       "10.0.0.1/32"},
      {"a temperror is not passed over",
       "l.test v=spf1 ip4:10.0.0.1 foo:bar a:h.test ip6:2001:db8::1\n"
       "fail h.test A",
       "10.0.0.1/32 2001:db8::1/128", "", "0.0.0.0/0 -10.0.0.1/32"},
  };
  for (const expected_listing& each : rows)
    check(each, rules_with(spf::on_permerror::skip));

  const auto made = expansion_of("l.test v=spf1 ip4:10 include:x.test",
                                 rules_with(spf::on_permerror::skip));
  REQUIRE(made.terms.size() == 2);
  CHECK(made.terms[0].in_error);
  CHECK(made.terms[1].in_error);
  CHECK(made.terms[1].remarks ==
        list{"permerror: the domain named has no SPF record"});
}

TEST_CASE("evaluate: with void, a permerror leaves nothing of the domain",
          "[spf][evaluation]") {
  const expected_listing rows[] = {
      {"no permerror", "l.test v=spf1 ip4:10.0.0.1 -all", "10.0.0.1/32"},
      {"a permerror of some",
       "l.test v=spf1 ip4:10.0.0.1 -ip4:0.0.0.0/0 include:x.test", "", "::/0"},
      broken("a permerror of all", "l.test v=spf1 ip4:10", ""),
      {"a permerror of nobody",
       "l.test v=spf1 ip4:10.0.0.1 -all include:x.test", "10.0.0.1/32"},
      {"a temperror",
       "l.test v=spf1 ip4:10.0.0.1 include:m.test\n"
       "fail m.test TXT",
       "10.0.0.1/32", "", "0.0.0.0/0 ::/0 -10.0.0.1/32"},
  };
  for (const expected_listing& each : rows)
    check(each, rules_with(spf::on_permerror::list_void));
  CHECK(expansion_of("l.test v=spf1 ip4:10.0.0.1 include:x.test",
                     rules_with(spf::on_permerror::list_void))
            .grants.empty());
}

TEST_CASE("evaluate: dns_queries limits the distinct questions",
          "[spf][evaluation]") {
  const std::string zone = "l.test v=spf1 ip4:10.0.0.1 a:h.test mx:m.test "
                           "a:h.test ip4:10.0.0.2 ip6:2001:db8::2\n"
                           "h.test A 10.0.0.9\nh.test AAAA 2001:db8::9\n"
                           "m.test MX 1 h.test";
  const std::string hosts = "10.0.0.9/32 2001:db8::9/128 ";
  const std::string all = hosts + "10.0.0.1/32 10.0.0.2/32 2001:db8::2/128";
  spf::rules limits;
  limits.dns_queries = 4;
  check({"four", zone, all}, limits);
  CHECK(expansion_of(zone, limits).questions == 4);
  limits.dns_queries = 3;
  check(broken("no MX", zone, hosts + "10.0.0.1/32"), limits);
  limits.dns_queries = 2;
  check({"no AAAA", zone, "10.0.0.1/32 10.0.0.9/32",
         "0.0.0.0/0 ::/0 -10.0.0.1/32 -10.0.0.9/32"},
        limits);
  limits.dns_queries = 1;
  check(broken("no A", zone, "10.0.0.1/32"), limits);
  limits.dns_queries = 0;
  check(broken("no TXT", zone, ""), limits);

  limits.dns_queries = 3;
  limits.on_permerror = spf::on_permerror::skip;
  check({"skip", zone, all}, limits);
}

TEST_CASE("evaluate: depth limits the records on the way",
          "[spf][evaluation]") {
  const std::string zone =
      "l.test v=spf1 ip4:10.0.0.1 include:m.test ip4:10.0.0.4\n"
      "m.test v=spf1 ip4:10.0.0.2 redirect=n.test\nn.test v=spf1 ip4:10.0.0.3";
  spf::rules limits;
  limits.depth = 3;
  check({"three", zone, "10.0.0.1/32 10.0.0.2/31 10.0.0.4/32"}, limits);
  limits.depth = 2;
  check(broken("two", zone, "10.0.0.1/32 10.0.0.2/32"), limits);
  limits.depth = 1;
  check(broken("one", zone, "10.0.0.1/32"), limits);
  limits.on_permerror = spf::on_permerror::skip;
  check({"skip", zone, "10.0.0.1/32 10.0.0.4/32"}, limits);
}

TEST_CASE("evaluate: without limits of our own a chain ends at 100 records",
          "[spf][evaluation]") {
  const auto ends_at = [](unsigned last) {
    dns::answer_store answers;
    const auto put = [&](unsigned at, const std::string& terms_of_it) {
      dns::answer given;
      given.status = dns::answer_status::records;
      given.texts = {"v=spf1 " + terms_of_it};
      answers.put({name_of(fmt::format("m{}.test", at)), dns::rr_type::txt},
                  given);
    };
    for (unsigned i = 1; i < last; ++i)
      put(i, fmt::format("{}m{}.test",
                         i % 2 == 0 ? "include:" : "redirect=", i + 1));
    put(last, "ip4:10.0.0.1");
    return spf::evaluate(name_of("m1.test"), answers,
                         rules_with(spf::on_permerror::skip));
  };
  CHECK(listed(ends_at(100).pass) == "10.0.0.1/32");
  const auto over = ends_at(101);
  CHECK(over.pass.empty());
  CHECK(over.terms.back().remarks.back() == "permerror: over 100 records deep");
}

TEST_CASE("evaluate: records that fan out end at the limit of visits",
          "[spf][evaluation]") {
  std::string zone;
  for (unsigned i = 1; i <= 3; ++i)
    zone += (i == 1 ? "l" : "m" + std::to_string(i)) +
            fmt::format(".test v=spf1 -ip4:10.0.0.{}", i) +
            terms(20, "include:m" + std::to_string(i + 1) + ".test") + "\n";
  zone += "m4.test v=spf1 ip4:10.0.0.9";
  const auto made = expansion_of(zone, rules_with(spf::on_permerror::skip));
  CHECK(made.records.size() == spf::record_visit_limit);
  CHECK(listed(made.pass) == "10.0.0.9/32");
  CHECK(remarks(made).back() ==
        fmt::format("include:m4.test: permerror: over {} records visited",
                    spf::record_visit_limit));
}

TEST_CASE(
    "evaluate: eleven names that send every address its own way are written "
    "down in a bounded number of terms",
    "[spf][evaluation]") {
  // n<r> ends for the addresses of 10.0.0.0/22 whose bit r is 0 before it goes
  // through n<r-1> ... n0, so that each subset of the includes is somebody's
  // way: 1,024 visits within ten DNS terms.
  const std::string padding = terms(1000, "ip4:9.9.9.9");
  const auto through_all_below = [](unsigned r) {
    std::string text;
    while (r-- > 0)
      text += fmt::format(" include:n{}.test", r);
    return text;
  };
  std::string zone = "l.test v=spf1" + padding + through_all_below(10) +
                     " ip4:10.0.0.0/22 -all\n";
  for (unsigned r = 0; r < 10; ++r) {
    zone += fmt::format("n{}.test v=spf1", r);
    for (unsigned first = 0; first < 1024; first += 2U << r)
      zone +=
          fmt::format(" -ip4:10.0.{}.{}/{}", first >> 8U, first & 255U, 32 - r);
    zone += padding + through_all_below(r) + " -all\n";
  }
  const auto made = expansion_of(zone, spf::rules{});
  CHECK(made.records.size() > 1000);
  CHECK(made.records.size() <= spf::record_visit_limit);
  CHECK(made.terms.size() >= spf::terms_told_limit);
  CHECK(made.terms.size() <=
        spf::terms_told_limit + spf::record_visit_limit + 2000);
  CHECK(listed(made.pass) == "9.9.9.9/32 10.0.0.0/31");
  CHECK(contradictions(made).empty());
  std::size_t text = 0;
  for (const spf::record_visit& each : made.records)
    text += each.text.size();
  CHECK(text < spf::text_told_limit + spf::record_visit_limit * 300);
}

TEST_CASE("evaluate: each question that failed names whom it left undecided",
          "[spf][evaluation]") {
  const auto open = [](std::string_view description,
                       spf::on_permerror on = spf::on_permerror::stop) {
    zone_answers zone{description};
    spf::rules by;
    by.on_permerror = on;
    const auto result = expand("l.test", zone, by).result;
    net::address_set all;
    std::string text;
    for (const spf::open_question& each : result.open_questions) {
      CHECK((all & each.undecided).empty());
      all |= each.undecided;
      text += clients_of(each) + ": " + each.why.substr(0, each.why.find(':')) +
              '\n';
    }
    CHECK(all == result.temperror);
    CHECK((result.outcome == spf::outcome::temperror) == !all.empty());
    return text;
  };
  CHECK(open("l.test v=spf1 a:h.test -all\nfail h.test A") ==
        "all IPv4 clients: h.test A\n");
  CHECK(open("fail l.test TXT") == "all clients: l.test TXT\n");
  CHECK(open("l.test v=spf1 ip4:10.0.0.0/24 ip6:2001:db8::/32 include:m.test\n"
             "fail m.test TXT") == "all other clients: m.test TXT\n");
  CHECK(open("l.test v=spf1 a:h.test ip4:10.0.0.0/24 include:m.test\n"
             "fail h.test AAAA\nfail m.test TXT") ==
        "all IPv6 clients: h.test AAAA\nall other IPv4 clients: m.test TXT\n");
  CHECK(
      open("l.test v=spf1 -ip4:0.0.0.0/1 -ip4:128.0.0.0/2 -ip6:::/0 a:h.test\n"
           "fail h.test A") == "192.0.0.0/2: h.test A\n");
  CHECK(open("l.test v=spf1 mx -all\nl.test MX 1 g.test\nl.test MX 2 h.test\n"
             "fail g.test A\nfail g.test AAAA\nfail h.test A\nfail h.test AAAA")
            .find("all IPv4 clients: ") == 0);
  // An error that empties the listing decides about everybody.
  const std::string broken =
      "l.test v=spf1 ip4:10.0.0.0/24 include:x.test -all\n"
      "x.test v=spf1 a:h.test include:nowhere.test\nfail h.test A";
  CHECK(open(broken) == "all other IPv4 clients: h.test A\n");
  CHECK(open(broken, spf::on_permerror::list_void).empty());
}

} // namespace evaluation_limits_test
