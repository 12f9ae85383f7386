#include "core/domains/expansion_rules.hpp"
#include "core/suggest/look_of.hpp"
#include "tests/support/book_fixture.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/suggest_case.hpp"
#include "tests/support/zone_answers.hpp"

#include <string>
#include <vector>

namespace look_of_test {

using namespace spfblock;
using namespace spfblock::testing;

namespace {

/// A look at spam.test, as if it were listed by such settings.
suggest::look looked_at(const std::string& records,
                        config::settings by = settings_of({"spam.test"})) {
  zone_answers zone{records};
  domains::domain_book book;
  book.apply(by, {}, beginning);
  (void)book.take_due(beginning);
  const auto of = domains::rules_for(name("spam.test"), by);
  const auto result = expand("spam.test", zone, of).result;
  book.settle(domains::role::listed, result, beginning);
  return suggest::look_of(result, book.domains().front(), book.allowed());
}

} // namespace

TEST_CASE("suggest::look_of: includes have what the name gets by them",
          "[suggest][look_of]") {
  const auto made = looked_at(
      "spam.test v=spf1 ip4:45.1.1.0/24 include:a.test redirect=c.test\n"
      "a.test v=spf1 ip4:45.1.1.0/25 include:b.test -all\n"
      "b.test v=spf1 ip4:45.2.1.0/24 -all\n"
      "c.test v=spf1 ip4:45.3.1.0/24 -all\n");
  CHECK(made.name == name("spam.test"));
  CHECK(made.outcome == spf::outcome::expanded);
  CHECK(made.passes == networks({"45.1.1.0/24", "45.2.1.0/24", "45.3.1.0/24"}));
  CHECK(made.lists == made.passes);
  REQUIRE(made.includes.size() == 3);
  CHECK(made.includes[0].name == name("a.test"));
  CHECK(made.includes[0].addresses == networks({"45.2.1.0/24"}));
  CHECK(made.includes[1].name == name("b.test"));
  CHECK(made.includes[2].name == name("c.test"));
}

TEST_CASE("suggest::look_of: what is allowed or over a limit would not be "
          "listed",
          "[suggest][look_of]") {
  auto by = settings_of({"spam.test"});
  by.allow.networks.push_back({*net::ip_prefix::parse("45.1.1.0/24")});
  const auto made =
      looked_at("spam.test v=spf1 ip4:45.1.0.0/23 ip4:46.0.0.0/8 -all\n", by);
  CHECK(made.lists == networks({"45.1.0.0/24"}));
  CHECK(made.allowed == networks({"45.1.1.0/24"}));
  CHECK(made.allowed_by == std::vector<std::string>{"network 45.1.1.0/24"});
  CHECK(made.too_wide == networks({"46.0.0.0/8"}));
}

TEST_CASE("suggest::look_of: no record, and a DNS that fails",
          "[suggest][look_of]") {
  CHECK(looked_at("").outcome == spf::outcome::no_record);
  const auto failed = looked_at("spam.test v=spf1 ip4:45.1.1.0/24 a -all\n"
                                "fail spam.test A\n");
  CHECK(failed.outcome == spf::outcome::temperror);
  CHECK(failed.passes == networks({"45.1.1.0/24"}));
  CHECK(failed.undecided.contains(ip("46.1.1.1")));
}

} // namespace look_of_test
