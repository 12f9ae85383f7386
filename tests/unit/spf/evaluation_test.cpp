#include "core/spf/evaluation.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/expected_listing.hpp"
#include "tests/support/zone_answers.hpp"

#include <string>
#include <vector>

namespace evaluation_test {

using namespace spfblock;
using namespace spfblock::testing;

namespace {

using list = std::vector<std::string>;

} // namespace

TEST_CASE("evaluate: the first term that matches decides",
          "[spf][evaluation]") {
  const expected_listing rows[] = {
      {"an empty record matches nothing", "l.test v=spf1", ""},
      {"no sign is a plus", "l.test v=spf1 ip4:10.0.0.1 +ip6:2001:db8::1",
       "10.0.0.1/32 2001:db8::1/128"},
      {"other signs end without a pass",
       "l.test v=spf1 -ip4:10.0.0.0 ~ip4:10.0.0.1 ?ip4:10.0.0.2 "
       "ip4:10.0.0.0/30",
       "10.0.0.3/32"},
      {"a carve-out cuts what follows",
       "l.test v=spf1 -ip4:10.0.0.1 ip4:10.0.0.0/30",
       "10.0.0.0/30 -10.0.0.1/32"},
      {"a carve-out cuts nothing of what went before",
       "l.test v=spf1 ip4:10.0.0.0/30 -ip4:10.0.0.1", "10.0.0.0/30"},
      {"carve-outs of carve-outs",
       "l.test v=spf1 ip4:10.0.0.1 -ip4:10.0.0.0/31 ip4:10.0.0.0/30",
       "10.0.0.1/32 10.0.0.2/31"},
      {"host bits are masked", "l.test v=spf1 ip4:10.0.0.77/24", "10.0.0.0/24"},
      {"a zero length is everybody of the family",
       "l.test v=spf1 -ip4:10.0.0.1 ip4:1.2.3.4/0", "0.0.0.0/0 -10.0.0.1/32"},
      {"all is everybody else", "l.test v=spf1 -ip6:2001:db8::/32 all",
       "0.0.0.0/0 ::/0 -2001:db8::/32"},
      {"nothing is evaluated after all",
       "l.test v=spf1 ip4:10.0.0.1 -all ip4:10.0.0.2 include:none.test",
       "10.0.0.1/32"},
      {"an IPv4-mapped network matches no client",
       "l.test v=spf1 ip6:::ffff:10.0.0.0/120 ip6:2001:db8::1",
       "2001:db8::1/128"},
      {"ip6:::/0 holds no IPv4 client", "l.test v=spf1 ip6:::/0", "::/0"},
      {"no address is looked up twice in different families",
       "l.test v=spf1 -ip4:0.0.0.0/0 all", "::/0"},
  };
  for (const expected_listing& each : rows)
    check_both(each);
}

TEST_CASE("evaluate: the record is the only text that begins with v=spf1",
          "[spf][evaluation]") {
  const expected_listing rows[] = {
      {"other texts beside it",
       "l.test TXT \"v=spf10 ip4:10.0.0.9\"\nl.test TXT \"hello\"\n"
       "l.test v=spf1 ip4:10.0.0.1",
       "10.0.0.1/32"},
      {"in any case", "l.test TXT \"V=SPF1 IP4:10.0.0.1 -ALL\"", "10.0.0.1/32"},
      {"character-strings are joined without a space",
       "l.test TXT \"v=spf1 ip4:10.0.\" \"0.1\"", "10.0.0.1/32"},
      {"a record of several character-strings",
       "l.test v=spf1" + terms(30, "ip4:10.9.#.0/24") + " ip4:10.0.0.1",
       "10.9.1.0/24 10.9.2.0/23 10.9.4.0/22 10.9.8.0/21 10.9.16.0/21 "
       "10.9.24.0/22 10.9.28.0/23 10.9.30.0/24 10.0.0.1/32"},
      {"an alias of the domain is followed",
       "l.test CNAME m.test\nm.test v=spf1 ip4:10.0.0.1", "10.0.0.1/32"},
      {"no record, nothing passes", "l.test TXT \"hello\"", ""},
      {"no such domain, nothing passes", "", ""},
      broken("two records", "l.test v=spf1 ip4:10.0.0.1\nl.test v=spf1 -all",
             ""),
      broken("a syntax error before anything is evaluated",
             "l.test v=spf1 ip4:10.0.0.1 -all ip4:10.0.0", ""),
      broken("an unknown mechanism", "l.test v=spf1 ip4:10.0.0.1 ip5:1", ""),
      broken("two redirects",
             "l.test v=spf1 ip4:10.0.0.1 redirect=m.test redirect=m.test\n"
             "m.test v=spf1 all",
             ""),
      {"an unknown modifier is ignored, and so is exp",
       "l.test v=spf1 ip4=10.0.0.9 exp=%{i}.test ip4:10.0.0.1", "10.0.0.1/32"},
  };
  for (const expected_listing& each : rows)
    check_both(each);
}

TEST_CASE("evaluate: include matches what the other record passes",
          "[spf][evaluation]") {
  const expected_listing rows[] = {
      {"its pass", "l.test v=spf1 include:m.test\nm.test v=spf1 ip4:10.0.0.1",
       "10.0.0.1/32"},
      {"whatever does not pass it goes on",
       "l.test v=spf1 include:m.test ip4:10.0.0.0/30\n"
       "m.test v=spf1 -ip4:10.0.0.1 ~ip4:10.0.0.2 ?ip4:10.0.0.3 -all",
       "10.0.0.0/30"},
      {"its all is everybody",
       "l.test v=spf1 include:m.test\nm.test v=spf1 all",
       std::string{everyone}},
      {"under another sign it cuts",
       "l.test v=spf1 ~include:m.test ip4:10.0.0.0/30\n"
       "m.test v=spf1 ip4:10.0.0.1 -all",
       "10.0.0.0/30 -10.0.0.1/32"},
      {"a cut of a cut is none",
       "l.test v=spf1 -include:m.test ip4:10.0.0.0/29\n"
       "m.test v=spf1 -include:n.test ip4:10.0.0.0/30\n"
       "n.test v=spf1 ip4:10.0.0.1",
       "10.0.0.1/32 10.0.0.4/30"},
      broken("no record there",
             "l.test v=spf1 ip4:10.0.0.1 include:m.test ip4:10.0.0.2\n"
             "m.test TXT hello",
             "10.0.0.1/32"),
      broken("no such domain", "l.test v=spf1 ip4:10.0.0.1 -include:m.test",
             "10.0.0.1/32"),
      broken("no possible domain", "l.test v=spf1 ip4:10.0.0.1 include:m..test",
             "10.0.0.1/32"),
      broken("two records there",
             "l.test v=spf1 ip4:10.0.0.1 include:m.test\n"
             "m.test v=spf1 all\nm.test v=spf1 -all",
             "10.0.0.1/32"),
      broken("a syntax error there",
             "l.test v=spf1 ip4:10.0.0.1 include:m.test all\n"
             "m.test v=spf1 ip4:10.0.0.2 ip4:10",
             "10.0.0.1/32"),
      {"an error there does not reach those who passed there before",
       "l.test v=spf1 include:m.test\n"
       "m.test v=spf1 ip4:10.0.0.1 -ip4:10.0.0.2 include:n.test",
       "10.0.0.1/32", "0.0.0.0/0 ::/0 -10.0.0.1/32 -10.0.0.2/32"},
  };
  for (const expected_listing& each : rows)
    check_both(each);
}

TEST_CASE("evaluate: redirect stands in where nothing matched",
          "[spf][evaluation]") {
  const expected_listing rows[] = {
      {"the other record's pass is the pass",
       "l.test v=spf1 redirect=m.test\nm.test v=spf1 -ip4:10.0.0.1 "
       "ip4:10.0.0.0/30 -all",
       "10.0.0.0/30 -10.0.0.1/32"},
      {"its place in the record means nothing",
       "l.test v=spf1 REDIRECT=M.test -ip4:10.0.0.1\n"
       "m.test v=spf1 ip4:10.0.0.0/30",
       "10.0.0.0/30 -10.0.0.1/32"},
      {"not beside all",
       "l.test v=spf1 redirect=m.test ip4:10.0.0.1 ?all\n"
       "m.test v=spf1 ip4:10.0.0.0/30",
       "10.0.0.1/32"},
      {"not where all is out of reach", "l.test v=spf1 all redirect=none.test",
       std::string{everyone}},
      {"it is not followed for those who matched",
       "l.test v=spf1 ip4:0.0.0.0/0 redirect=none.test", "0.0.0.0/0", "::/0"},
      {"of an included record, it passes for the include",
       "l.test v=spf1 include:m.test -all\nm.test v=spf1 redirect=n.test\n"
       "n.test v=spf1 ip4:10.0.0.1 -all",
       "10.0.0.1/32"},
      {"the all of an included record is none of the outer",
       "l.test v=spf1 include:m.test redirect=n.test\nm.test v=spf1 -all\n"
       "n.test v=spf1 ip4:10.0.0.1",
       "10.0.0.1/32"},
      broken("no record there",
             "l.test v=spf1 ip4:10.0.0.1 redirect=m.test\nm.test TXT hello",
             "10.0.0.1/32"),
      broken("no possible domain",
             "l.test v=spf1 ip4:10.0.0.1 redirect=m..test", "10.0.0.1/32"),
  };
  for (const expected_listing& each : rows)
    check_both(each);
}

TEST_CASE("evaluate: a and mx name the hosts of the client's family",
          "[spf][evaluation]") {
  const std::string hosts = "\nh.test A 10.0.0.9\nh.test AAAA 2001:db8::99\n"
                            "four.test A 10.0.0.4\nsix.test AAAA 2001:db8::6";
  const expected_listing rows[] = {
      {"of the current domain",
       "l.test v=spf1 a\nl.test A 10.0.0.1\nl.test A 10.0.0.2\n"
       "l.test AAAA 2001:db8::1",
       "10.0.0.1/32 10.0.0.2/32 2001:db8::1/128"},
      {"of another domain", "l.test v=spf1 a:H.test." + hosts,
       "10.0.0.9/32 2001:db8::99/128"},
      {"the current domain of an included record is that record's",
       "l.test v=spf1 include:m.test\nl.test A 10.0.0.1\nm.test v=spf1 a\n"
       "m.test A 10.0.0.2\nm.test AAAA 2001:db8::2",
       "10.0.0.2/32 2001:db8::2/128"},
      {"each family has a length of its own",
       "l.test v=spf1 a:h.test/30//124" + hosts,
       "10.0.0.8/30 2001:db8::90/124"},
      {"a single length is that of IPv4", "l.test v=spf1 a:h.test/30" + hosts,
       "10.0.0.8/30 2001:db8::99/128"},
      {"a double slash is that of IPv6", "l.test v=spf1 a:h.test//124" + hosts,
       "10.0.0.9/32 2001:db8::90/124"},
      {"a zero length is everybody of a family that has hosts",
       "l.test v=spf1 a:four.test/0//0" + hosts, "0.0.0.0/0"},
      {"a cuts, too", "l.test v=spf1 -a:h.test ip4:10.0.0.8/31" + hosts,
       "10.0.0.8/32"},
      {"an alias of a host is followed",
       "l.test v=spf1 a:c.test\nc.test CNAME h.test" + hosts,
       "10.0.0.9/32 2001:db8::99/128"},
      {"mx: the hosts of all exchanges, whatever the preference",
       "l.test v=spf1 mx\nl.test MX 9 four.test\nl.test MX 7 h.test" + hosts,
       "10.0.0.4/32 10.0.0.9/32 2001:db8::99/128"},
      {"mx: not the domain's own addresses",
       "l.test v=spf1 mx\nl.test A 10.0.0.1\nl.test MX 9 six.test" + hosts,
       "2001:db8::6/128"},
      {"mx: of another domain, with lengths",
       "l.test v=spf1 mx:m.test/31//127\nm.test MX 9 h.test" + hosts,
       "10.0.0.8/31 2001:db8::98/127"},
      {"an IPv4-mapped host matches no client",
       "l.test v=spf1 a\nl.test AAAA ::ffff:10.0.0.1", ""},
      {"a network of 96 bits around an IPv4-mapped host has no client",
       "l.test v=spf1 a//96\nl.test AAAA ::ffff:10.0.0.1", ""},
      {"a wider one has", "l.test v=spf1 a//95\nl.test AAAA ::ffff:10.0.0.1",
       "::fffe:0:0/95"},
      {"no host, no match", "l.test v=spf1 a:none.test mx ip4:10.0.0.1",
       "10.0.0.1/32"},
      {"no possible domain, no match",
       "l.test v=spf1" + terms(3, "a:h..test") + " mx:h..test ip4:10.0.0.1",
       "10.0.0.1/32"},
  };
  for (const expected_listing& each : rows)
    check_both(each);
}

TEST_CASE("evaluate: macros that are the same for every mail are expanded",
          "[spf][evaluation]") {
  const expected_listing rows[] = {
      {"d is the current domain, o the listed one",
       "l.test v=spf1 include:m.test\nm.test v=spf1 a:d.%{d} a:o.%{o}\n"
       "d.m.test A 10.0.0.1\no.l.test A 10.0.0.2\n"
       "o.m.test A 10.0.0.3\nd.l.test A 10.0.0.4",
       "10.0.0.1/32 10.0.0.2/32"},
      {"d is the new domain after redirect",
       "l.test v=spf1 redirect=m.test\nm.test v=spf1 a:d.%{d}\n"
       "d.m.test A 10.0.0.1\nd.l.test A 10.0.0.2",
       "10.0.0.1/32"},
      {"v is the client's family",
       "l.test v=spf1 a:%{v}.test\nin-addr.test A 10.0.0.1\n"
       "in-addr.test AAAA 2001:db8::1\nip6.test A 10.0.0.2\n"
       "ip6.test AAAA 2001:db8::2",
       "10.0.0.1/32 2001:db8::2/128"},
      {"v sends the families to different records",
       "l.test v=spf1 include:%{v}.test\n"
       "in-addr.test v=spf1 ip4:10.0.0.1 ip6:2001:db8::1\n"
       "ip6.test v=spf1 ip4:10.0.0.2 ip6:2001:db8::2",
       "10.0.0.1/32 2001:db8::2/128"},
      {"v in redirect, and one of the records is missing",
       "l.test v=spf1 redirect=%{v}.test\nip6.test v=spf1 ip6:2001:db8::2",
       "2001:db8::2/128", "0.0.0.0/0"},
      {"digits, r and delimiters",
       "l.test v=spf1 a:%{d1r}.a.test a:%{d1}.b.test mx:%{Dr-}.c.test\n"
       "l.a.test A 10.0.0.1\nl.a.test AAAA 2001:db8::1\n"
       "test.b.test A 10.0.0.2\n"
       "l.test.c.test MX 1 l.a.test",
       "10.0.0.1/32 10.0.0.2/32 2001:db8::1/128"},
      {"labels are cut from the left of a long name",
       "l.test v=spf1 a:" + std::string(60, 'x') + "." + std::string(60, 'y') +
           "." + std::string(60, 'z') + "." + std::string(60, 'w') +
           ".%{o}.%{o}.%{o}\n" + std::string(60, 'y') + "." +
           std::string(60, 'z') + "." + std::string(60, 'w') +
           ".l.test.l.test.l.test A 10.0.0.1",
       "10.0.0.1/32"},
  };
  for (const expected_listing& each : rows)
    check_both(each);
}

TEST_CASE("evaluate: terms that no list can hold do not match and are told",
          "[spf][evaluation]") {
  const std::string zone =
      "l.test v=spf1 ptr ptr:m.test exists:m.test -exists:%{ir}.test "
      "a:%{i}.test ?mx:%{s} include:%{l}.test a:%{p}.test a:%{h}.test "
      "ip4:10.0.0.1\nm.test A 10.0.0.2";
  check_both({"none of them matches", zone, "10.0.0.1/32"});
  check_both(
      {"nor does such a redirect", "l.test v=spf1 redirect=%{ir}.test", ""});

  const auto made = expansion_of(zone);
  CHECK(remarks(made) ==
        list{"ptr: not listable: ptr asks for the client's host name",
             "ptr:m.test: not listable: ptr asks for the client's host name",
             "exists:m.test: not listable: exists names no addresses",
             "-exists:%{ir}.test: not listable: exists names no addresses",
             "a:%{i}.test: not listable: the macro %{i} depends on the mail",
             "?mx:%{s}: not listable: the macro %{s} depends on the mail",
             "include:%{l}.test: not listable: the macro %{l} depends on the "
             "mail",
             "a:%{p}.test: not listable: the macro %{p} depends on the mail",
             "a:%{h}.test: not listable: the macro %{h} depends on the mail"});
  for (const spf::term_visit& term : made.terms)
    CHECK_FALSE(term.in_error);
  CHECK(made.terms.back().dns_terms == 9);
  CHECK(made.questions == 1);
}

TEST_CASE("evaluate: terms that were written wrong and match nobody are told",
          "[spf][evaluation]") {
  const auto made = expansion_of(
      "l.test v=spf1 ip4=10.0.0.2 IP6=2001:db8::1 a=h.test include=m.test "
      "all= ipv4=1.2.3.4 IPv6=::1 ip=1.2.3.4 x=y exp=e.test "
      "ip6:::ffff:10.0.0.3 -ip6:::ffff:0:0/96 "
      "ip4:10.0.0.1");
  CHECK(listed(made.pass) == "10.0.0.1/32");
  const auto meant = [](const std::string& term, const std::string& mechanism) {
    return term + ": a modifier, which means nothing; was " + mechanism +
           " with a colon meant?";
  };
  const std::string nobody = ": matches nobody: a client with an IPv4-mapped "
                             "address is an IPv4 client";
  CHECK(remarks(made) ==
        list{meant("ip4=10.0.0.2", "ip4"), meant("IP6=2001:db8::1", "ip6"),
             meant("a=h.test", "a"), meant("include=m.test", "include"),
             meant("all=", "all"), meant("ipv4=1.2.3.4", "ip4"),
             meant("IPv6=::1", "ip6"), meant("ip=1.2.3.4", "ip4"),
             "ip6:::ffff:10.0.0.3" + nobody, "-ip6:::ffff:0:0/96" + nobody});
  for (const spf::term_visit& term : made.terms)
    CHECK_FALSE(term.in_error);
}

TEST_CASE("evaluate: one call asks for a level of includes at once",
          "[spf][evaluation]") {
  zone_answers wide{"l.test v=spf1" + terms(9, "include:m#.test") +
                    " mx a:h.test" + lines(9, "m#.test v=spf1 ip4:10.0.0.#") +
                    "\nl.test MX 1 h.test"};
  const auto flat = expand("l.test", wide);
  // TXT; nine TXT and MX; the hosts, twice.  The eleventh term is not asked.
  CHECK(flat.fetched == 1 + 10 + 2);
  CHECK(flat.result.questions == 1 + 10 + 2);
  CHECK(flat.calls == 4);

  zone_answers deep{"l.test v=spf1 include:m1.test\n"
                    "m1.test v=spf1 include:m2.test\n"
                    "m2.test v=spf1 redirect=m3.test\nm3.test v=spf1 -all"};
  CHECK(expand("l.test", deep).calls == 5);
}

TEST_CASE("evaluate: what is missing is named once, and nothing passes by it",
          "[spf][evaluation]") {
  dns::answer_store answers;
  const auto first = spf::evaluate(name_of("l.test"), answers, {});
  REQUIRE(first.missing.size() == 1);
  CHECK(first.missing[0].to_string() == "l.test TXT");
  CHECK(first.pass.empty());

  zone_answers zone{"l.test v=spf1 include:m.test a:h.test a:h.test mx "
                    "include:m.test ip4:10.0.0.1"};
  answers.put(first.missing[0], zone.answer(first.missing[0]));
  const auto second = spf::evaluate(name_of("l.test"), answers, {});
  list asked;
  for (const dns::question& each : second.missing)
    asked.push_back(each.to_string());
  CHECK(asked == list{"m.test TXT", "h.test A", "h.test AAAA", "l.test MX"});
  CHECK(listed(second.pass) == "10.0.0.1/32");
}

} // namespace evaluation_test
