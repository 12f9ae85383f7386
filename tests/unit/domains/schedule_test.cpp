#include "core/domains/schedule.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/random_sets.hpp"

#include <limits>
#include <random>

namespace schedule_test {

using namespace spfblock;
using namespace spfblock::testing;
using namespace std::chrono_literals;
using domains::spread;
using domains::wait_after_cost;
using domains::wait_after_failure;
using domains::wait_after_success;
using std::chrono::seconds;

namespace {

config::refresh_settings by_default() {
  return {};
}

constexpr unsigned most = std::numeric_limits<unsigned>::max();

} // namespace

TEST_CASE("after success the TTL counts, from minimum to interval",
          "[table][schedule]") {
  auto by = by_default();
  CHECK(wait_after_success(by, 0, 0) == 300s);
  CHECK(wait_after_success(by, 299, 0) == 300s);
  CHECK(wait_after_success(by, 301, 0) == 301s);
  CHECK(wait_after_success(by, 3600, 0) == 3600s);
  CHECK(wait_after_success(by, 3601, 0) == 3600s);
  CHECK(wait_after_success(by, 0x80000000, 0) == 3600s);
  CHECK(wait_after_success(by, most, 0) == 3600s);
  by.follow_ttl = false;
  CHECK(wait_after_success(by, 0, 0) == 3600s);
  CHECK(wait_after_success(by, most, most) == 3600s);
}

TEST_CASE("the second change in a row doubles the minimum, up to the interval",
          "[table][schedule]") {
  auto by = by_default();
  by.interval = 86400s;
  CHECK(wait_after_success(by, 0, 1) == 300s);
  CHECK(wait_after_success(by, 0, 2) == 600s);
  CHECK(wait_after_success(by, 0, 3) == 1200s);
  CHECK(wait_after_success(by, 0, 9) == 76800s);
  CHECK(wait_after_success(by, 0, 10) == 86400s);
  CHECK(wait_after_success(by, 0, most) == 86400s);
  // It never shortens a wait.
  CHECK(wait_after_success(by, 1000, 2) == 1000s);
  CHECK(wait_after_success(by, 1000, 3) == 1200s);
}

TEST_CASE(
    "a look waits a second for each four questions of the last one, up to "
    "the interval",
    "[table][schedule]") {
  const auto by = by_default();
  CHECK(wait_after_cost(by, 0, 0) == 0s);
  CHECK(wait_after_cost(by, 3, 0) == 0s);
  CHECK(wait_after_cost(by, 4, 0) == 1s);
  CHECK(wait_after_cost(by, 211, 0) < by.minimum);
  CHECK(wait_after_cost(by, spf::most_legal_questions, 0) == 3071s);
  CHECK(wait_after_cost(by, 1'000'000, 0) == by.interval);
}

TEST_CASE("a look waits so long that a domain takes no more than a thousandth "
          "of a processor, or the interval",
          "[table][schedule]") {
  const auto by = by_default();
  CHECK(wait_after_cost(by, 3, 99'999) == 0s);
  CHECK(wait_after_cost(by, 3, 100'000) == 1s);
  CHECK(wait_after_cost(by, 40, 200'000) == 10s);
  // Large honest records (docs/spf-semantics.md).
  CHECK(wait_after_cost(by, 6, 28'000'000) < by.minimum);
  CHECK(wait_after_cost(by, 3, spf::rules{}.work) == 1000s);
  CHECK(wait_after_cost(by, 3, ~std::uint64_t{0}) == by.interval);
}

TEST_CASE("after failures the retry doubles, up to the interval",
          "[table][schedule]") {
  const auto by = by_default();
  CHECK(wait_after_failure(by, 0) == 120s);
  CHECK(wait_after_failure(by, 1) == 240s);
  CHECK(wait_after_failure(by, 4) == 1920s);
  CHECK(wait_after_failure(by, 5) == 3600s);
  CHECK(wait_after_failure(by, most) == 3600s);
}

TEST_CASE("a wait is spread over its last tenth, not below the minimum",
          "[table][schedule]") {
  const auto by = by_default();
  CHECK(spread(3600s, by, 0) == 3600s);
  CHECK(spread(3600s, by, 1) == 3240s);
  CHECK(spread(320s, by, 1) == 300s);
  CHECK(spread(300s, by, 1) == 300s);
  CHECK(spread(200s, by, 1) == 200s);
}

TEST_CASE("waits stay from minimum to interval, whatever comes",
          "[table][schedule]") {
  std::mt19937 random{11};
  std::uniform_real_distribution<double> chance{0, 1};
  for (int round = 0; round < 20000; ++round) {
    config::refresh_settings by;
    const unsigned longest = 1 + below(random, 2'592'000);
    by.interval = seconds{longest};
    by.minimum = seconds{1 + below(random, longest)};
    by.retry = seconds{1 + below(random, longest)};
    by.follow_ttl = random() % 4 != 0;
    const unsigned ttl = below(random, most) >> below(random, 32);
    const unsigned times = below(random, most) >> below(random, 32);
    const auto wait = wait_after_success(by, ttl, times);
    REQUIRE(wait >= by.minimum);
    REQUIRE(wait <= by.interval);
    const auto less = spread(wait, by, chance(random));
    REQUIRE(less >= by.minimum);
    REQUIRE(less <= wait);
    REQUIRE(less >= wait * 9 / 10);
    const auto retry = wait_after_failure(by, times);
    REQUIRE(retry >= by.retry);
    REQUIRE(retry <= by.interval);
  }
}

} // namespace schedule_test
