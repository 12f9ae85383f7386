#include "core/spf/account.hpp"
#include "core/spf/record_parser.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/expected_listing.hpp"
#include "tests/support/zone_answers.hpp"

#include <string>
#include <utility>
#include <vector>

namespace account_test {

using namespace spfblock;
using decision = spf::account::decision;
using testing::listed;
using testing::name_of;
using testing::set_of;

namespace {

spf::cohorts some(std::string_view addresses, unsigned dns_terms = 0) {
  spf::cohorts made;
  made.add({net::family::ipv4, dns_terms, 0, set_of(addresses)});
  return made;
}

/// An account of l.test, in which its own record has begun.
struct begun {
  explicit begun(const std::string& record) {
    told.begin_record(name_of("l.test"), std::nullopt, false);
    first = told.begin_terms(spf::parse_record(record));
  }

  spf::expansion result() { return std::move(told).result(); }

  spf::written_account told{name_of("l.test")};
  spf::account::entry first;
};

} // namespace

TEST_CASE("written_account: an entry is that of its term, in any record",
          "[spf][account]") {
  begun of{"v=spf1 include:m.test -all"};
  of.told.answered(60);
  of.told.begin_record(name_of("m.test"), of.first, false);
  of.told.answered(30);
  const auto inner = of.told.begin_terms(spf::parse_record("v=spf1 a mx"));
  of.told.reached(inner.next());
  of.told.remark(of.first.next(), "late");
  const auto made = of.result();

  REQUIRE(made.records.size() == 2);
  CHECK(made.domain == name_of("l.test"));
  CHECK(made.records[0].ttl == 60);
  CHECK(made.records[1].ttl == 30);
  CHECK(made.records[1].via == 0);
  CHECK(made.records[1].text == "v=spf1 a mx");
  REQUIRE(made.terms.size() == 4);
  CHECK(made.terms[1].kind == spf::term_kind::all);
  CHECK(made.terms[1].remarks == std::vector<std::string>{"late"});
  CHECK(made.terms[3].text == "mx");
  CHECK(made.terms[3].record == 1);
  CHECK(made.terms[3].reached);
  CHECK_FALSE(made.terms[2].reached);
}

TEST_CASE("written_account: what is listed is granted, too, and passes",
          "[spf][account]") {
  begun of{"v=spf1 -a a include:m.test"};
  const auto a = of.first.next();
  of.told.decided(of.first, decision::refused, some("10.0.0.1/32"));
  of.told.decided(a, decision::listed, some("10.0.0.2/32"));
  of.told.decided(a.next(), decision::granted, some("10.0.0.3/32"));
  const auto made = of.result();
  CHECK(listed(made.terms[0].refused) == "10.0.0.1/32");
  CHECK(made.terms[0].granted.empty());
  CHECK(listed(made.terms[1].granted) == "10.0.0.2/32");
  CHECK(listed(made.terms[2].granted) == "10.0.0.3/32");
  CHECK(listed(made.pass) == "10.0.0.2/32");
  REQUIRE(made.grants.size() == 1);
  CHECK(made.grants[0].term == 1);
}

TEST_CASE("written_account: a remark stands once, an error is one",
          "[spf][account]") {
  begun of{"v=spf1 a mx"};
  for (int i = 0; i < 2; ++i) {
    of.told.remark(of.first, "twice");
    of.told.error(of.first.next(), "wrong");
  }
  const auto made = of.result();
  CHECK(made.terms[0].remarks.size() == 1);
  CHECK_FALSE(made.terms[0].in_error);
  CHECK(made.terms[1].remarks == std::vector<std::string>{"wrong"});
  CHECK(made.terms[1].in_error);
}

TEST_CASE("written_account: the highest counts stay", "[spf][account]") {
  begun of{"v=spf1 a"};
  of.told.counted(of.first, some("10.0.0.1/32", 3));
  of.told.counted(of.first, some("10.0.0.2/32", 2));
  CHECK(of.result().terms[0].dns_terms == 3);
}

TEST_CASE("written_account: how it ended", "[spf][account]") {
  begun expanded{"v=spf1"};
  expanded.told.begin_record(name_of("m.test"), expanded.first, false);
  expanded.told.no_record(); // not the domain's own
  expanded.told.permerror(some("10.0.0.1/32"));
  const auto made = expanded.result();
  CHECK(made.outcome == spf::outcome::expanded);
  CHECK(listed(made.permerror) == "10.0.0.1/32");
  CHECK(made.records[1].error == "no SPF record");

  spf::written_account none{name_of("l.test")};
  none.begin_record(name_of("l.test"), std::nullopt, false);
  none.no_record();
  CHECK(std::move(none).result().outcome == spf::outcome::no_record);

  begun failed{"v=spf1"};
  failed.told.temperror(some("10.0.0.1/32"), "first");
  failed.told.temperror(some("10.0.0.2/32"), "second");
  failed.told.temperror(some("10.0.0.3/32"), "first");
  const auto undecided = failed.result();
  CHECK(undecided.outcome == spf::outcome::temperror);
  CHECK(undecided.reason == "first");
  CHECK(undecided.temperror == set_of("10.0.0.1/32 10.0.0.2/32 10.0.0.3/32"));
  CHECK(undecided.open_questions ==
        std::vector<spf::open_question>{
            {"first", set_of("10.0.0.1/32 10.0.0.3/32")},
            {"second", set_of("10.0.0.2/32")}});
}

TEST_CASE("written_account: an address is too wide at the first such term",
          "[spf][account]") {
  begun of{"v=spf1 ip4:10.0.0.0/9 ip4:10.0.0.0/8"};
  const auto undecided = some("10.0.0.0/8 11.0.0.0/8");
  of.told.too_wide(of.first, *net::ip_prefix::parse("10.0.0.0/9"), undecided);
  of.told.too_wide(of.first.next(), *net::ip_prefix::parse("10.0.0.0/8"),
                   undecided);
  const auto made = of.result();
  REQUIRE(made.too_wide.size() == 2);
  CHECK(listed(made.too_wide[0].addresses) == "10.0.0.0/9");
  CHECK(made.too_wide[1].term == 1);
  CHECK(listed(made.too_wide[1].addresses) == "10.128.0.0/9");
}

TEST_CASE("written_account: the hundred and first that is too wide is not "
          "looked at",
          "[spf][account]") {
  begun of{"v=spf1 ip4:10.0.0.0/8 all"};
  const auto undecided = some("10.0.0.0/8 11.0.0.0/8");
  const auto ten = *net::ip_prefix::parse("10.0.0.0/8");
  const auto eleven = *net::ip_prefix::parse("11.0.0.0/8");
  for (int i = 0; i < 99; ++i)
    of.told.too_wide(of.first, ten, undecided);
  SECTION("the hundredth is") {
    of.told.too_wide(of.first.next(), eleven, undecided);
    CHECK(of.result().too_wide.size() == 2);
  }
  SECTION("though the others added nothing") {
    of.told.too_wide(of.first, ten, undecided);
    of.told.too_wide(of.first.next(), eleven, undecided);
    CHECK(of.result().too_wide.size() == 1);
  }
}

TEST_CASE(
    "written_account: of very many terms the further ones of a record are "
    "told as one, and decide the same",
    "[spf][account]") {
  std::string text = "v=spf1";
  for (std::size_t i = 0; i < spf::terms_told_limit - 1; ++i)
    text += " a";
  begun of{text};
  auto at = of.told.begin_terms(spf::parse_record("v=spf1 mx a a ptr"));
  of.told.decided(at, decision::listed, some("10.0.0.1/32"));
  at = at.next();
  const auto first_further = at;
  of.told.reached(at);
  of.told.decided(at, decision::listed, some("10.0.0.2/32"));
  at = at.next();
  of.told.decided(at, decision::refused, some("10.0.0.4/32"));
  of.told.remark(at, "one");
  at = at.next();
  of.told.decided(at, decision::listed, some("10.0.0.3/32"));
  of.told.decided(at.next(), decision::granted, some("10.0.0.5/32"));
  of.told.begin_record(name_of("m.test"), first_further, false);
  of.told.begin_terms(spf::parse_record("v=spf1 a"));
  const auto made = of.result();

  REQUIRE(made.terms.size() == spf::terms_told_limit + 2);
  CHECK(made.terms[spf::terms_told_limit - 1].text == "mx");
  const auto& further = made.terms[spf::terms_told_limit];
  CHECK(further.text == spf::further_terms);
  CHECK(further.offset == 10);
  CHECK(further.reached);
  CHECK(listed(further.granted) == "10.0.0.2/31 10.0.0.5/32");
  CHECK(listed(further.refused) == "10.0.0.4/32");
  CHECK(further.remarks == std::vector<std::string>{"one"});
  CHECK(listed(made.pass) == "10.0.0.1/32 10.0.0.2/31");
  REQUIRE(made.grants.size() == 2);
  CHECK(made.grants[1].term == spf::terms_told_limit);
  CHECK(listed(made.grants[1].addresses) == "10.0.0.2/31");
  CHECK(chain(made, spf::terms_told_limit + 1) ==
        "l.test -> further terms (include:m.test) -> further terms");
}

TEST_CASE("written_account: texts and remarks are bounded", "[spf][account]") {
  spf::written_account told{name_of("l.test")};
  const auto full = spf::parse_record("v=spf1 x=" + std::string(65'000, 'a'));
  spf::account::entry at;
  for (unsigned i = 0; i < 40; ++i) {
    told.begin_record(name_of("l.test"), std::nullopt, false);
    at = told.begin_terms(full);
  }
  for (unsigned i = 0; i < 100; ++i)
    told.remark(at, std::to_string(i));
  CHECK_FALSE(told.takes_remarks(at));
  const auto made = std::move(told).result();
  CHECK(made.records.front().text == full.text);
  CHECK(made.records.back().text.size() < 300);
  CHECK(made.records.back().text.ends_with("aaa... (65009 octets)"));
  std::size_t all = 0;
  for (const spf::record_visit& each : made.records)
    all += each.text.size();
  CHECK(all < spf::text_told_limit + 65'535 + 40 * 300);
  CHECK(made.terms.back().remarks.size() == 20);
}

} // namespace account_test
