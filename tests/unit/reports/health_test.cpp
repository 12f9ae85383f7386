#include "core/reports/health.hpp"
#include "tests/support/catch.hpp"

#include <string>
#include <vector>

namespace health_test {

using namespace spfblock;
using domains::role;
using namespace spfblock::reports;
using namespace std::chrono_literals;
using std::chrono::seconds;

namespace {

domain_status domain(domain_condition condition,
                     std::optional<seconds> age = std::nullopt,
                     role as = role::listed) {
  domain_status of;
  of.name = std::string{text_of(condition)} + ".example";
  of.role = as;
  of.condition = condition;
  of.age = age;
  return of;
}

vital_signs good_signs() {
  vital_signs signs;
  signs.published = true;
  return signs;
}

/// With refresh.interval of an hour; empty if all is well.
std::string illness_of(std::vector<domain_status> domains,
                       const vital_signs& signs = good_signs()) {
  status_report report;
  report.domains = std::move(domains);
  return health_problem(report, signs, config::refresh_settings{}).value_or("");
}

} // namespace

TEST_CASE("health: fresh domains, and none at all, are well",
          "[table][health]") {
  CHECK(illness_of({}).empty());
  CHECK(illness_of({domain(domain_condition::fresh, 10s)}).empty());
}

TEST_CASE("health: before the first table there is nothing to answer from",
          "[table][health]") {
  CHECK(illness_of({domain(domain_condition::fresh, 10s)}, {}) ==
        "no table was published yet");
}

TEST_CASE("health: what the DNS answered is no illness, whatever it was",
          "[table][health]") {
  for (const auto condition : {domain_condition::gone, domain_condition::held,
                               domain_condition::refused}) {
    CAPTURE(text_of(condition));
    CHECK(illness_of({domain(condition, 400h)}).empty());
  }
}

TEST_CASE("health: data are relied on for twice refresh.interval",
          "[table][health]") {
  CHECK(illness_of({domain(domain_condition::failing, 7200s)}).empty());
  CHECK(illness_of({domain(domain_condition::failing, 7201s)}) ==
        "the networks of no listed domain of 1 are known and recent; "
        "failing.example is failing");
}

TEST_CASE("health: one domain to rely on is enough", "[table][health]") {
  const auto bad = {domain(domain_condition::unknown),
                    domain(domain_condition::waiting),
                    domain(domain_condition::overdue, 3h),
                    domain(domain_condition::failing, 3h)};
  for (const auto& each : bad) {
    CAPTURE(each.name);
    CHECK_FALSE(illness_of({each}).empty());
    CHECK(illness_of({each, domain(domain_condition::fresh, 1s)}).empty());
  }
  CHECK(illness_of(bad).starts_with("the networks of no listed domain of 4 "));
}

TEST_CASE("health: allowed domains neither heal nor harm", "[table][health]") {
  const auto fails = domain(domain_condition::unknown, {}, role::allowed);
  const auto works = domain(domain_condition::fresh, 1s, role::allowed);
  CHECK(illness_of({fails}).empty());
  CHECK_FALSE(illness_of({domain(domain_condition::unknown), works}).empty());
  CHECK(illness_of({domain(domain_condition::fresh, 1s), fails}).empty());
}

TEST_CASE("health: what is known and waits for an allowed domain is no illness",
          "[table][health]") {
  CHECK(illness_of(
            {domain(domain_condition::waiting, 10s),
             domain(domain_condition::unknown, std::nullopt, role::allowed)})
            .empty());
  CHECK_FALSE(illness_of({domain(domain_condition::waiting)}).empty());
}

TEST_CASE("health: names the first domain and its trouble", "[table][health]") {
  auto first = domain(domain_condition::unknown);
  first.trouble = "SERVFAIL from 192.0.2.53:53";
  CHECK(illness_of({first, domain(domain_condition::waiting)}) ==
        "the networks of no listed domain of 2 are known and recent; "
        "unknown.example is unknown: SERVFAIL from 192.0.2.53:53");
}

TEST_CASE("health: says what hangs, and not a second too early",
          "[table][health]") {
  struct {
    vital_signs well;
    vital_signs ill;
    std::string reason;
  } of[4];
  for (auto& each : of)
    each.well = each.ill = good_signs();
  of[0].well.unanswered = 300s;
  of[0].ill.unanswered = 301s;
  of[0].reason =
      "lookups are not answered: a serving thread has been busy for 301 s";
  of[1].well.building = 300s;
  of[1].ill.building = 301s;
  of[1].reason = "a table has been under construction for 301 s";
  of[2].well.quiet = 3600s;
  of[2].ill.quiet = 3601s;
  of[2].reason = "expansions are under way and none has ended for 3601 s";
  of[3].well.overdue = 300s;
  of[3].ill.overdue = 301s;
  of[3].reason = "a look at a domain is overdue by 301 s";
  for (const auto& each : of) {
    CHECK(illness_of({}, each.well).empty());
    CHECK(illness_of({domain(domain_condition::fresh, 1s)}, each.ill) ==
          each.reason);
  }
}

TEST_CASE(
    "health: a port that cannot be had is an illness, all else being well",
    "[table][health]") {
  status_report report;
  report.domains = {domain(domain_condition::fresh, 1s)};
  report.ports_unavailable = {"cannot listen on 127.0.0.1:1: in use"};
  CHECK(health_problem(report, good_signs(), {}) ==
        "whoever asks there is not answered: cannot listen on 127.0.0.1:1: in "
        "use");
}

TEST_CASE("health: a look put aside matters where mail is at risk",
          "[table][health]") {
  status_report report;
  report.domains = {domain(domain_condition::fresh, 1s),
                    domain(domain_condition::fresh, 1s, role::allowed)};
  for (auto& each : report.domains)
    each.put_aside = 10min;
  CHECK_FALSE(concern(report)); // both have what they had
  report.domains.back() = domain(domain_condition::overdue, 3h, role::allowed);
  CHECK_FALSE(concern(report));
  report.domains.back().put_aside = 10min;
  CHECK(concern(report) ==
        "overdue.example: protects what it had when it was last looked at, "
        "since its look was put aside");
}

TEST_CASE("health: names an allowed domain that does not protect wholly",
          "[table][health]") {
  status_report report;
  report.domains = {domain(domain_condition::unknown),
                    domain(domain_condition::fresh, 1s, role::allowed)};
  CHECK_FALSE(concern(report));
  report.domains.back().trouble = "ptr: no list can hold it";
  CHECK_FALSE(concern(report)->empty());
  report.domains.back().networks = 3;
  CHECK(concern(report) ==
        "fresh.example: protects only a part: ptr: no list can hold it");
  report.domains.push_back(
      domain(domain_condition::unknown, std::nullopt, role::allowed));
  CHECK(concern(report) ==
        "fresh.example: protects only a part: ptr: no list can hold it; and 1 "
        "more");
  // It is no illness where listed domains are well.
  CHECK(illness_of({domain(domain_condition::fresh, 1s), report.domains.back()})
            .empty());
}

} // namespace health_test
