// What the settings keep out of an evaluation: names that are not followed, and
// what too wide terms would have granted.
#include "core/spf/evaluation.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/contradictions.hpp"
#include "tests/support/expected_listing.hpp"
#include "tests/support/zone_answers.hpp"

#include <algorithm>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace evaluation_allow_test {

using namespace spfblock;
using namespace spfblock::testing;

namespace {

using list = std::vector<std::string>;

spf::rules not_following(const list& names) {
  std::vector<dns::name> sorted;
  for (const std::string& each : names)
    sorted.push_back(name_of(each));
  std::sort(sorted.begin(), sorted.end());
  spf::rules made;
  made.not_followed =
      std::make_shared<const std::vector<dns::name>>(std::move(sorted));
  return made;
}

const std::string provider = "\np.test v=spf1 ip4:10.9.0.0/16 include:q.test "
                             "-all\nq.test v=spf1 ip4:10.8.0.0/16 -all";

/// "TERM ADDRESSES" of what is too wide.
list too_wide(const spf::expansion& of) {
  list found;
  for (const spf::grant& each : of.too_wide)
    found.push_back(of.terms.at(each.term).text + ' ' + listed(each.addresses));
  return found;
}

spf::rules limits() {
  spf::rules made;
  made.widest_ipv4 = 16;
  made.widest_ipv6 = 32;
  return made;
}

} // namespace

TEST_CASE("evaluate: a name in allow.includes is not followed where it would "
          "grant",
          "[spf][evaluation]") {
  const auto by = not_following({"a.test", "p.test", "z.test"});
  const expected_listing rows[] = {
      {"an include, its neighbours are still listed",
       "l.test v=spf1 ip4:10.0.0.1 include:p.test ip4:10.0.0.2 -all" + provider,
       "10.0.0.1/32 10.0.0.2/32"},
      {"whatever its case",
       "l.test v=spf1 include:P.TeSt. ip4:10.0.0.2 -all" + provider,
       "10.0.0.2/32"},
      {"a redirect", "l.test v=spf1 ip4:10.0.0.1 redirect=p.test" + provider,
       "10.0.0.1/32"},
      {"within an include",
       "l.test v=spf1 include:m.test -all\n"
       "m.test v=spf1 ip4:10.0.0.1 include:p.test ip4:10.0.0.2" +
           provider,
       "10.0.0.1/32 10.0.0.2/32"},
      {"a redirect within an include",
       "l.test v=spf1 include:m.test ip4:10.0.0.2 -all\n"
       "m.test v=spf1 ip4:10.0.0.1 redirect=p.test" +
           provider,
       "10.0.0.1/32 10.0.0.2/32"},
      {"behind a redirect",
       "l.test v=spf1 redirect=m.test\n"
       "m.test v=spf1 ip4:10.0.0.1 include:p.test" +
           provider,
       "10.0.0.1/32"},
      {"a name made of macros",
       "l.test v=spf1 include:%{v}.test ip4:10.0.0.1\n"
       "ip6.test v=spf1 ip6:2001:db8::1\nin-addr.test v=spf1 ip4:10.0.0.3",
       "10.0.0.3/32 2001:db8::1/128 10.0.0.1/32"},
      {"a name below is another name",
       "l.test v=spf1 include:q.test -all" + provider, "10.8.0.0/16"},
      {"its networks may be named otherwise",
       "l.test v=spf1 include:p.test ip4:10.9.1.0/24 -all" + provider,
       "10.9.1.0/24"},
      {"a name that is not there is no error",
       "l.test v=spf1 include:a.test ip4:10.0.0.1 redirect=z.test",
       "10.0.0.1/32"},
  };
  for (const expected_listing& each : rows)
    check(each, by);
  check({"the names that a macro makes",
         "l.test v=spf1 include:%{v}.test ip4:10.0.0.1\n"
         "ip6.test v=spf1 ip6:2001:db8::1\nin-addr.test v=spf1 ip4:10.0.0.3",
         "10.0.0.3/32 10.0.0.1/32"},
        not_following({"ip6.test"}));
}

TEST_CASE("evaluate: a name in allow.includes is not followed through a CNAME",
          "[spf][evaluation]") {
  const auto by = not_following({"a.test", "p.test", "z.test"});
  const std::string aliases =
      "\nx.test CNAME p.test\ny.test CNAME x.test\nw.test CNAME q.test";
  const expected_listing rows[] = {
      {"an include",
       "l.test v=spf1 ip4:10.0.0.1 include:x.test ip4:10.0.0.2 -all" +
           provider + aliases,
       "10.0.0.1/32 10.0.0.2/32"},
      {"through several",
       "l.test v=spf1 include:y.test ip4:10.0.0.2 -all" + provider + aliases,
       "10.0.0.2/32"},
      {"a redirect",
       "l.test v=spf1 ip4:10.0.0.1 redirect=y.test" + provider + aliases,
       "10.0.0.1/32"},
      {"within an include",
       "l.test v=spf1 include:m.test ip4:10.0.0.2\n"
       "m.test v=spf1 ip4:10.0.0.1 include:x.test" +
           provider + aliases,
       "10.0.0.1/32 10.0.0.2/32"},
      {"the domain itself", "l.test CNAME p.test" + provider, ""},
      {"on the way to another name",
       "l.test v=spf1 include:m.test ip4:10.0.0.2\nm.test CNAME p.test\n"
       "p.test CNAME n.test\nn.test v=spf1 ip4:10.0.0.1",
       "10.0.0.2/32"},
      {"an alias of another name",
       "l.test v=spf1 include:w.test -all" + provider + aliases, "10.8.0.0/16"},
      {"a host is no record",
       "l.test v=spf1 a:x.test -all\nx.test CNAME p.test\np.test A 10.0.0.9",
       "10.0.0.9/32"},
      {"where it cuts out it is followed",
       "l.test v=spf1 -include:x.test ip4:10.8.0.0/15 ip4:10.7.0.0/16" +
           provider + aliases,
       "10.7.0.0/16"},
  };
  for (const expected_listing& each : rows)
    check(each, by);
  CHECK(remarks(expansion_of(
            "l.test v=spf1 include:y.test" + provider + aliases, by)) ==
        list{"include:y.test: not followed: it is an alias of p.test: "
             "allow.includes names it"});
}

TEST_CASE("evaluate: a name in allow.includes is followed where it cuts out",
          "[spf][evaluation]") {
  const auto by = not_following({"p.test"});
  for (const std::string qualifier : {"-", "~", "?"}) {
    check({"a carve-out",
           "l.test v=spf1 " + qualifier +
               "include:p.test ip4:10.8.0.0/14 -all" + provider,
           "10.10.0.0/15"},
          by);
    check({"a carve-out deeper down",
           "l.test v=spf1 " + qualifier +
               "include:m.test ip4:10.9.0.0/16 ip4:10.7.0.0/16 -all\n"
               "m.test v=spf1 include:p.test" +
               provider,
           "10.7.0.0/16"},
          by);
  }
}

TEST_CASE("evaluate: a term that is not followed says so and is no error",
          "[spf][evaluation]") {
  const std::string zone = "l.test v=spf1 include:p.test include:m.test "
                           "redirect=p.test\nm.test v=spf1 include:p.test" +
                           provider;
  const auto made = expansion_of(zone, not_following({"p.test"}));
  CHECK(remarks(made) ==
        list{"include:p.test: not followed: allow.includes names it",
             "redirect=p.test: not followed: allow.includes names it",
             "include:p.test: not followed: allow.includes names it"});
  for (const auto& term : made.terms)
    CHECK_FALSE(term.in_error);
  CHECK(made.records.size() == 2);
  CHECK(made.questions == 2); // nothing is asked for it
  CHECK(made.permerror.empty());
  CHECK(contradictions(made).empty());
  CHECK(remarks(expansion_of(zone, not_following({}))).size() <
        remarks(made).size());
}

TEST_CASE("evaluate: a term that is not followed counts as a DNS term",
          "[spf][evaluation]") {
  check(broken("eleven of them",
               "l.test v=spf1 ip4:10.0.0.1" + terms(11, "include:p.test") +
                   " ip4:10.0.0.2" + provider,
               "10.0.0.1/32"),
        not_following({"p.test"}));
}

TEST_CASE("evaluate: what too wide terms would have granted is kept, disjoint, "
          "and not listed",
          "[spf][evaluation]") {
  struct row {
    std::string zone;
    list found;
  };
  const std::vector<row> rows{
      {"l.test v=spf1 ip4:10.0.0.0/24 -all", {}},
      {"l.test v=spf1 +all", {"+all 0.0.0.0/0", "+all ::/0"}},
      {"l.test v=spf1 ip4:10.0.0.0/15 -all", {"ip4:10.0.0.0/15 10.0.0.0/15"}},
      {"l.test v=spf1 ip4:10.0.0.0/8 ip4:10.0.0.0/15 ip4:10.0.0.0/7 -all",
       {"ip4:10.0.0.0/8 10.0.0.0/8", "ip4:10.0.0.0/7 11.0.0.0/8"}},
      {"l.test v=spf1 -ip4:10.0.0.0/9 ip4:10.0.0.0/8 -all",
       {"ip4:10.0.0.0/8 10.128.0.0/9"}},
      {"l.test v=spf1 ip4:10.0.0.0/16 ip4:10.0.0.0/15 -all",
       {"ip4:10.0.0.0/15 10.1.0.0/16"}},
      {"l.test v=spf1 -all ip4:10.0.0.0/15", {}},
      {"l.test v=spf1 -ip4:10.0.0.0/8 ip4:10.0.0.0/15 -all", {}},
      {"l.test v=spf1 ?all", {}},
      {"l.test v=spf1 -include:m.test\nm.test v=spf1 +all", {}},
      {"l.test v=spf1 include:m.test -all\nm.test v=spf1 ip4:0.0.0.0/1 all",
       {"ip4:0.0.0.0/1 0.0.0.0/1", "all 128.0.0.0/1", "all ::/0"}},
  };
  for (const row& each : rows) {
    CAPTURE(each.zone);
    const auto made = expansion_of(each.zone, limits());
    CHECK(too_wide(made) == each.found);
    net::address_set seen;
    for (const spf::grant& wide : made.too_wide) {
      CHECK((wide.addresses & (seen | made.pass)).empty());
      CHECK_FALSE(wide.addresses.empty());
      seen |= wide.addresses;
    }
    CHECK(contradictions(made).empty());
  }
}

TEST_CASE("evaluate: what is too wide stays small however many terms cut it up",
          "[spf][evaluation]") {
  // A thousand holes, and two hundred terms that would each grant the rest.
  std::string zone = "l.test v=spf1";
  for (unsigned i = 0; i < 1000; ++i)
    zone += " -ip4:10." + std::to_string(i / 100) + '.' +
            std::to_string(i % 100) + ".1";
  for (unsigned i = 0; i < 200; ++i)
    zone += " ip4:0.0.0.0/" + std::to_string(i % 16);
  const auto made = expansion_of(zone, limits());
  std::size_t ranges = 0;
  for (const spf::grant& each : made.too_wide)
    ranges += each.addresses.ipv4().ranges().size();
  CHECK(ranges > 1000);
  CHECK(ranges < 1100);
  CHECK(made.too_wide.size() <= 100);
}

TEST_CASE("evaluate: a provider is not followed, and the term says why",
          "[spf][evaluation]") {
  spf::rules by = not_following({"i.test"});
  by.providers = not_following({"p.test"}).not_followed;
  const auto made =
      expansion_of("l.test v=spf1 include:p.test include:i.test "
                   "-include:p.test ip4:10.8.0.0/15 redirect=p.test\n"
                   "i.test v=spf1 ip4:10.7.0.0/16 -all" +
                       provider,
                   by);
  CHECK(listed(made.pass).empty());
  CHECK(remarks(made) ==
        list{"include:p.test: not followed: a provider (allow.providers)",
             "include:i.test: not followed: allow.includes names it",
             "redirect=p.test: not followed: a provider (allow.providers)"});
}

} // namespace evaluation_allow_test
