#include "core/spf/record_parser.hpp"
#include "core/spf/tally.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/expected_listing.hpp"
#include "tests/support/zone_answers.hpp"

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace tally_test {

using namespace spfblock;
using testing::listed;
using testing::name_of;
using testing::set_of;

namespace {

spf::cohort who(std::string_view addresses, unsigned dns_terms,
                unsigned void_lookups = 0) {
  return {net::family::ipv4, dns_terms, void_lookups, set_of(addresses)};
}

spf::cohorts both(spf::cohort one, spf::cohort other) {
  spf::cohorts made;
  made.add(std::move(one));
  made.add(std::move(other));
  return made;
}

/// A tally of one term.
struct fixture {
  explicit fixture(spf::on_permerror mode)
      : by{testing::rules_with(mode)},
        spent{by},
        tally{by, spent, told} {
    told.begin_record(name_of("l.test"), std::nullopt, false);
    at = told.begin_terms(spf::parse_record("v=spf1 a"));
  }

  spf::expansion result() { return std::move(told).result(); }

  spf::rules by;
  spf::written_account told{name_of("l.test")};
  spf::budget spent;
  spf::tally tally;
  spf::account::entry at;
};

using list = std::vector<std::string>;

} // namespace

TEST_CASE("tally: nobody goes on after a permerror, but with skip",
          "[spf][tally]") {
  for (const auto mode : {spf::on_permerror::stop, spf::on_permerror::skip,
                          spf::on_permerror::list_void}) {
    const bool skips = mode == spf::on_permerror::skip;
    fixture of{mode};
    CHECK(of.tally.skips() == skips);
    const auto at_term = of.tally.permerror(
        of.at, both(who("10.0.0.1/32", 0), who("10.0.0.2/32", 1)), "broken");
    const auto at_record =
        of.tally.permerror(both(who("10.0.0.4/32", 0), who("10.0.0.5/32", 1)));
    CHECK(at_term.empty() == !skips);
    CHECK(at_record.empty() == !skips);
    const auto made = of.result();
    CHECK(made.terms[0].remarks == list{"permerror: broken"});
    CHECK(made.terms[0].in_error);
    CHECK(listed(made.permerror) ==
          (skips ? "" : "10.0.0.1/32 10.0.0.2/32 10.0.0.4/31"));
  }
}

TEST_CASE("tally: an error that concerns nobody is none", "[spf][tally]") {
  fixture of{spf::on_permerror::stop};
  CHECK(of.tally.permerror(of.at, {}, "broken").empty());
  CHECK(of.tally.permerror(spf::cohorts{}).empty());
  of.tally.temperror(of.at, {}, "SERVFAIL");
  of.tally.temperror({}, "SERVFAIL");
  const auto made = of.result();
  CHECK(made.terms[0].remarks.empty());
  CHECK(made.outcome == spf::outcome::expanded);
}

TEST_CASE("tally: a temperror is told with its term", "[spf][tally]") {
  fixture of{spf::on_permerror::skip};
  of.tally.temperror(of.at, both(who("10.0.0.1/32", 0), who("10.0.0.2/32", 1)),
                     "SERVFAIL");
  const auto made = of.result();
  CHECK(made.terms[0].remarks == list{"temperror: SERVFAIL"});
  CHECK(made.terms[0].in_error);
  CHECK(made.temperror == set_of("10.0.0.1/32 10.0.0.2/32"));
  CHECK(made.reason == "SERVFAIL");
}

TEST_CASE("tally: the eleventh DNS term ends it for whom it is the eleventh",
          "[spf][tally]") {
  fixture of{spf::on_permerror::stop};
  const auto on = of.tally.spend_dns_term(
      of.at, both(who("10.0.0.1/32", 9), who("10.0.0.2/32", 10)));
  CHECK(listed(on.addresses()) == "10.0.0.1/32");
  CHECK(on.most_dns_terms() == 10);
  const auto made = of.result();
  CHECK(listed(made.permerror) == "10.0.0.2/32");
  CHECK(made.terms[0].dns_terms == 11);
  CHECK(made.terms[0].remarks ==
        list{"permerror: over 10 terms that cause DNS queries"});
}

TEST_CASE("tally: the third void lookup ends it for whom it is the third",
          "[spf][tally]") {
  fixture of{spf::on_permerror::stop};
  const auto on = of.tally.spend_void_lookup(
      of.at, both(who("10.0.0.1/32", 5, 1), who("10.0.0.2/32", 5, 2)));
  CHECK(listed(on.addresses()) == "10.0.0.1/32");
  CHECK(on.most_void_lookups() == 2);
  CHECK(on.most_dns_terms() == 5);
  const auto made = of.result();
  CHECK(listed(made.permerror) == "10.0.0.2/32");
  CHECK(made.terms[0].void_lookups == 3);
  CHECK(made.terms[0].remarks == list{"permerror: over 2 void lookups"});
}

TEST_CASE("tally: with skip a limit ends nothing", "[spf][tally]") {
  fixture of{spf::on_permerror::skip};
  const auto on = of.tally.spend_dns_term(
      of.at, both(who("10.0.0.1/32", 9), who("10.0.0.2/32", 10)));
  CHECK(on.addresses() == set_of("10.0.0.1/32 10.0.0.2/32"));
  CHECK(of.result().terms[0].in_error);
}

} // namespace tally_test
