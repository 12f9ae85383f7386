// Tests also: rules.
#include "core/domains/expansion_rules.hpp"
#include "tests/support/book_fixture.hpp"
#include "tests/support/catch.hpp"

namespace expansion_rules_test {

using namespace spfblock;
using namespace spfblock::testing;
using domains::rules_for;

namespace {

/// The names behind a pointer that two rules need not share.
std::vector<dns::name>
names_in(const std::shared_ptr<const std::vector<dns::name>>& of) {
  return of ? *of : std::vector<dns::name>{};
}

bool are_same(const spf::rules& a, const spf::rules& b) {
  return a.on_permerror == b.on_permerror && a.widest_ipv4 == b.widest_ipv4 &&
         a.widest_ipv6 == b.widest_ipv6 && a.dns_queries == b.dns_queries &&
         a.depth == b.depth && a.work == b.work &&
         names_in(a.not_followed) == names_in(b.not_followed) &&
         names_in(a.providers) == names_in(b.providers);
}

config::settings some_settings() {
  config::settings made = settings_of({"listed.example", "strict.example"});
  made.on_permerror = spf::on_permerror::skip;
  made.limits.widest_ipv4 = 20;
  made.limits.depth = 7;
  made.domains[0].limits = made.limits;
  made.domains[0].on_permerror = made.on_permerror;
  made.domains[1].on_permerror = spf::on_permerror::list_void;
  made.domains[1].limits.edit().depth = 3;
  made.allow.domains = {domain_of("friend.example")};
  made.allow.domains[0].on_permerror = spf::on_permerror::skip;
  made.allow.domains[0].limits = config::limits_of_allowed(made.limits);
  made.allow.includes = {name_of("include.example")};
  made.allow.providers = {name_of("provider.example")};
  return made;
}

} // namespace

TEST_CASE("rules_for: as the server expands what is configured",
          "[domains][expansion_rules]") {
  const config::settings settings = some_settings();
  book_fixture f{settings};
  const auto all = f.book.take_due(f.now);
  REQUIRE(all.size() == 4);
  for (const auto& each : all) {
    CAPTURE(each.domain.to_string());
    CHECK(are_same(rules_for(each.domain, settings), each.by));
  }
}

TEST_CASE("rules_for: what is not configured is as if it were listed",
          "[domains][expansion_rules]") {
  const config::settings settings = some_settings();
  CHECK(are_same(rules_for(name_of("other.example"), settings),
                 rules_for(name_of("listed.example"), settings)));
}

TEST_CASE("rules_for: what is listed and allowed is looked at as listed",
          "[domains][expansion_rules]") {
  config::settings settings = some_settings();
  settings.allow.domains.push_back(domain_of("strict.example"));
  CHECK(rules_for(name_of("strict.example"), settings).on_permerror ==
        spf::on_permerror::list_void);
}

} // namespace expansion_rules_test
