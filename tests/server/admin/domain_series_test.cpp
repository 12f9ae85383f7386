// Tests also: domain_metrics.
#include "server/admin/metrics.hpp"
#include "tests/support/catch.hpp"

#include <cstdint>
#include <string>
#include <utility>

namespace domain_series_test {

using namespace spfblock;
using namespace spfblock::server;
using domains::role;
using reports::domain_condition;

namespace {

/// A report that is added to.
struct fixture {
  fixture& with(std::string name, domain_condition condition,
                std::optional<std::uint64_t> hits, role as = role::listed) {
    reports::domain_status& added = report.domains.emplace_back();
    added.name = std::move(name);
    added.condition = condition;
    added.hits = hits;
    added.role = as;
    return *this;
  }

  [[nodiscard]] std::string chosen(std::size_t most) const {
    std::string names;
    for (const auto* each : choose_series(report, most))
      names += each->name + ' ';
    return names;
  }

  reports::status_report report;
};

} // namespace

TEST_CASE("choose_series: all, in the order of the report, where there is room",
          "[server][metrics]") {
  fixture f;
  f.with("b", domain_condition::fresh, 1).with("a", domain_condition::gone, 0);
  CHECK(f.chosen(2) == "b a ");
  CHECK(f.chosen(3) == "b a ");
}

TEST_CASE("choose_series: those in trouble, the most pressing before, then "
          "those with most hits",
          "[server][metrics]") {
  fixture f;
  f.with("few", domain_condition::fresh, 1)
      .with("held", domain_condition::held, 0)
      .with("many", domain_condition::fresh, 1000)
      .with("some", domain_condition::waiting, 10)
      .with("failing", domain_condition::failing, 0)
      .with("allowed", domain_condition::fresh, std::nullopt, role::allowed);
  CHECK(f.chosen(0).empty());
  CHECK(f.chosen(1) == "failing ");
  CHECK(f.chosen(2) == "held failing ");
  CHECK(f.chosen(3) == "held many failing ");
  CHECK(f.chosen(4) == "held many some failing ");
  CHECK(f.chosen(5) == "few held many some failing ");
}

TEST_CASE("choose_series: of those with as many hits, the first in the report",
          "[server][metrics]") {
  fixture f;
  for (const char* name : {"c", "b", "a"})
    f.with(name, domain_condition::fresh, 0);
  CHECK(f.chosen(2) == "c b ");
}

TEST_CASE("tell_domains: says how many in trouble have no series",
          "[server][metrics]") {
  fixture f;
  f.with("a", domain_condition::failing, 0)
      .with("b", domain_condition::unknown, 0)
      .with("c", domain_condition::fresh, 9)
      .with("d", domain_condition::gone, 0);
  const auto [most, left_out] = GENERATE(values<std::pair<std::size_t, int>>(
      {{4, 0}, {3, 0}, {2, 1}, {1, 2}, {0, 3}}));
  exposition page;
  tell_domains(page, f.report, choose_series(f.report, most));
  CHECK_THAT(page.text(), Catch::ContainsSubstring(
                              "\nspfblock_domains_in_trouble_without_series " +
                              std::to_string(left_out) + '\n'));
}

TEST_CASE("tell_domains: counts all by condition, and says how many have no "
          "series",
          "[server][metrics]") {
  fixture f;
  f.with("one", domain_condition::fresh, 1)
      .with("two", domain_condition::fresh, 2);
  exposition page;
  tell_domains(page, f.report, choose_series(f.report, 1));
  const std::string text = page.text();
  CHECK_THAT(text,
             Catch::ContainsSubstring("\nspfblock_domains{role=\"listed\","
                                      "condition=\"fresh\"} 2\n"));
  CHECK_THAT(text,
             Catch::ContainsSubstring("\nspfblock_domains_without_series 1\n"));
  CHECK_THAT(text,
             Catch::ContainsSubstring("spfblock_domain_stale{domain=\"two\""));
  CHECK_THAT(text, !Catch::ContainsSubstring("domain=\"one\""));
}

} // namespace domain_series_test
