#include "core/spf/matcher.hpp"
#include "core/spf/record_parser.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/expected_listing.hpp"
#include "tests/support/zone_answers.hpp"

#include <string>
#include <utility>
#include <vector>

namespace matcher_test {

using namespace spfblock;
using testing::listed;
using testing::name_of;
using testing::set_of;

namespace {

using list = std::vector<std::string>;

/// Everything that a matcher is made of, at one term of m.test, which l.test
/// leads to.
struct fixture {
  explicit fixture(const std::string& written)
      : record{spf::parse_record("v=spf1 " + written)} {
    told.begin_record(here, std::nullopt, false);
    at = told.begin_terms(record);
  }

  void put(const dns::question& asked, const std::string& zone) {
    answers.put(asked, testing::zone_answers{zone}.answer(asked));
  }

  spf::matches match(bool granting = true,
                     spf::cohorts undecided = spf::cohorts::everybody()) {
    spf::budget spent{by};
    spf::tally tally{by, spent, told};
    spf::matcher matcher{listed_domain, by, spent, dns, tally, told};
    std::vector<net::ip_prefix> too_wide;
    spf::families waiting;
    const spf::frame frame{here, 2, granting, nullptr, &too_wide, &waiting};
    return matcher.match(std::get<spf::directive>(record.terms.at(0).value),
                         {frame, at}, std::move(undecided));
  }

  spf::expansion result() { return std::move(told).result(); }
  list remarks() { return result().terms.at(0).remarks; }

  dns::name listed_domain = name_of("l.test");
  dns::name here = name_of("m.test");
  spf::record record;
  spf::rules by;
  dns::answer_store answers;
  spf::inquiry dns{answers, std::nullopt};
  spf::written_account told{listed_domain};
  spf::account::entry at;
};

std::string everybody_but(std::string_view text) {
  return listed(set_of(testing::everyone) - set_of(text));
}

const dns::question a_of_m{name_of("m.test"), dns::rr_type::a};
const dns::question aaaa_of_m{name_of("m.test"), dns::rr_type::aaaa};

} // namespace

TEST_CASE("matcher: a network splits those who are still undecided",
          "[spf][matcher]") {
  struct {
    const char* term;
    const char* matched;
  } const cases[] = {
      {"ip4:10.0.0.0/8", "10.0.0.0/8"},
      {"-ip4:10.0.0.0/8", "10.0.0.0/8"},
      {"ip6:2001:db8::/32", "2001:db8::/32"},
      {"ip6:::ffff:10.0.0.0/104", ""},
      {"all", "0.0.0.0/0 ::/0"},
  };
  for (const auto& each : cases) {
    CAPTURE(each.term);
    fixture of{each.term};
    const auto split = of.match();
    CHECK(listed(split.matched.addresses()) == each.matched);
    CHECK(listed(split.unmatched.addresses()) == everybody_but(each.matched));
    CHECK(split.matched.most_dns_terms() == 0);
  }
}

TEST_CASE("matcher: what is too wide matches nobody where it would list",
          "[spf][matcher]") {
  const auto limited = [](const std::string& term, bool granting) {
    fixture of{term};
    of.by.widest_ipv4 = 16;
    const auto split = of.match(granting);
    return std::pair{listed(split.matched.addresses()), of.result()};
  };
  const auto [none, made] = limited("ip4:10.0.0.0/15", true);
  CHECK(none.empty());
  CHECK(made.terms[0].remarks ==
        list{"too wide: IPv4 /15 (widest_ipv4 is 16)"});
  REQUIRE(made.too_wide.size() == 1);
  CHECK(listed(made.too_wide[0].addresses) == "10.0.0.0/15");

  CHECK(limited("ip4:10.0.0.0/16", true).first == "10.0.0.0/16");
  CHECK(limited("-ip4:10.0.0.0/15", true).first == "10.0.0.0/15");
  CHECK(limited("ip4:10.0.0.0/15", false).first == "10.0.0.0/15");
  CHECK(limited("all", true).first == "::/0");
}

TEST_CASE("matcher: hosts cost each family a DNS term, and who finds none a "
          "void lookup",
          "[spf][matcher]") {
  fixture of{"a"};
  of.put(a_of_m, "m.test A 10.0.0.1");
  of.put(aaaa_of_m, "m.test A 10.0.0.1");
  const auto split = of.match();
  CHECK(listed(split.matched.addresses()) == "10.0.0.1/32");
  CHECK(split.matched.most_void_lookups() == 0);
  REQUIRE(split.unmatched.members().size() == 2);
  for (const spf::cohort& each : split.unmatched.members()) {
    CHECK(each.dns_terms == 1);
    CHECK(each.void_lookups == (each.family == net::family::ipv6 ? 1U : 0U));
  }
}

TEST_CASE("matcher: who depends on a failing answer is in none of the two",
          "[spf][matcher]") {
  fixture of{"a"};
  of.put(a_of_m, "m.test A 10.0.0.1");
  of.put(aaaa_of_m, "fail m.test AAAA");
  const auto split = of.match();
  CHECK(listed(split.matched.addresses()) == "10.0.0.1/32");
  CHECK(listed(split.unmatched.addresses()) ==
        listed(set_of("0.0.0.0/0 -10.0.0.1/32")));
  CHECK(listed(of.result().temperror) == "::/0");
}

TEST_CASE("matcher: what is not there yet matches nobody, and is missing",
          "[spf][matcher]") {
  fixture of{"a"};
  const auto split = of.match();
  CHECK(split.matched.empty());
  CHECK(listed(split.unmatched.addresses()) == testing::everyone);
  CHECK(split.unmatched.most_void_lookups() == 0);
  CHECK(of.dns.missing() == std::vector{a_of_m, aaaa_of_m});
}

TEST_CASE("matcher: nobody is asked about where nobody is undecided",
          "[spf][matcher]") {
  fixture of{"a"};
  spf::cohorts only_ipv6;
  only_ipv6.add({net::family::ipv6, 0, 0, set_of("::/0")});
  (void)of.match(true, std::move(only_ipv6));
  CHECK(of.dns.missing() == std::vector{aaaa_of_m});
}

TEST_CASE("matcher: what no list can hold matches nobody, costs a term and is "
          "told",
          "[spf][matcher]") {
  struct {
    const char* term;
    const char* remark;
  } const cases[] = {
      {"ptr", "not listable: ptr asks for the client's host name"},
      {"exists:x.test", "not listable: exists names no addresses"},
      {"a:%{i}.test", "not listable: the macro %{i} depends on the mail"},
  };
  for (const auto& each : cases) {
    CAPTURE(each.term);
    fixture of{each.term};
    const auto split = of.match();
    CHECK(split.matched.empty());
    CHECK(listed(split.unmatched.addresses()) == testing::everyone);
    CHECK(split.unmatched.most_dns_terms() == 1);
    CHECK(of.dns.questions() == 0);
    CHECK(of.remarks() == list{each.remark});
  }
}

TEST_CASE("matcher: a target is the record's domain, or what its macros say",
          "[spf][matcher]") {
  const auto asked = [](const std::string& term) {
    fixture of{term};
    (void)of.match();
    list names;
    for (const dns::question& each : of.dns.missing())
      names.push_back(each.to_string());
    return names;
  };
  CHECK(asked("mx") == list{"m.test MX"});
  CHECK(asked("mx:%{d}.%{o}") == list{"m.test.l.test MX"});
  CHECK(asked("a:%{v}.test") == list{"in-addr.test A", "ip6.test AAAA"});
  CHECK(asked("a:h..test").empty());
}

} // namespace matcher_test
