#include "core/hits/hit_series.hpp"
#include "tests/support/catch.hpp"

#include <chrono>
#include <cstdint>
#include <limits>
#include <map>
#include <numeric>
#include <random>
#include <vector>

namespace hit_series_test {

using namespace spfblock;
using namespace spfblock::hits;
using namespace std::chrono_literals;
using std::chrono::sys_seconds;

/// 2026-11-28 08:30 UTC.
constexpr sys_seconds morning{
    std::chrono::sys_days{std::chrono::year{2026} / 11 / 28} + 8h + 30min};

std::uint64_t sum_of(const hit_series& of, grain by, sys_seconds now) {
  const auto counts = of.window(by, now).counts;
  return std::accumulate(counts.begin(), counts.end(), std::uint64_t{0});
}

TEST_CASE("hit_series: tells of 60 minutes, 96 half hours and 365 days, the "
          "present ones last",
          "[hits]") {
  const hit_series none;
  const auto minutes = none.window(grain::minute, morning + 12s);
  CHECK(minutes.start == morning - 59min);
  CHECK(minutes.step == 60s);
  CHECK(minutes.counts == std::vector<std::uint64_t>(60));
  const auto half_hours = none.window(grain::half_hour, morning + 12s);
  CHECK(half_hours.start == morning - 95 * 30min);
  CHECK(half_hours.step == 1800s);
  CHECK(half_hours.counts.size() == 96);
  const auto days = none.window(grain::day, morning);
  CHECK(days.start == std::chrono::floor<std::chrono::days>(morning) -
                          std::chrono::days{364});
  CHECK(days.step == 86400s);
  CHECK(days.counts.size() == 365);
  CHECK_FALSE(none.last());
}

TEST_CASE("hit_series: a hit is in each grain, in the step it came in",
          "[hits]") {
  hit_series of;
  of.add(morning, 2);
  of.add(morning + 59s, 3);
  of.add(morning + 60s, 1);
  of.add(morning + 61s, 0);
  CHECK(of.last() == morning + 60s);
  const auto now = morning + 2min;
  CHECK(of.window(grain::minute, now).counts[57] == 5);
  CHECK(of.window(grain::minute, now).counts[58] == 1);
  CHECK(of.window(grain::minute, now).counts[59] == 0);
  CHECK(of.window(grain::half_hour, now).counts.back() == 6);
  CHECK(of.window(grain::day, now).counts.back() == 6);
  CHECK(of.in_hour(now) == 6);
  CHECK(of.in_day(now) == 6);
}

TEST_CASE("hit_series: what is older than a grain is not told in it",
          "[hits]") {
  hit_series of;
  of.add(morning, 1);
  CHECK(of.in_hour(morning + 59min + 59s) == 1);
  CHECK(of.in_hour(morning + 60min) == 0);
  CHECK(of.in_day(morning + 23h + 59min) == 1);
  CHECK(of.in_day(morning + 24h) == 0);
  CHECK(sum_of(of, grain::half_hour, morning + 47h) == 1);
  CHECK(sum_of(of, grain::half_hour, morning + 48h) == 0);
  CHECK(sum_of(of, grain::day, morning + 364 * 24h) == 1);
  CHECK(sum_of(of, grain::day, morning + 365 * 24h) == 0);
}

TEST_CASE("hit_series: a day begins at midnight UTC", "[hits]") {
  hit_series of;
  const sys_seconds midnight = std::chrono::floor<std::chrono::days>(morning);
  of.add(midnight - 1s, 7);
  of.add(midnight, 1);
  const auto days = of.window(grain::day, midnight).counts;
  CHECK(days[363] == 7);
  CHECK(days[364] == 1);
}

TEST_CASE("hit_series: a clock that is set back a little loses nothing and "
          "tells nothing before its time",
          "[hits]") {
  hit_series of;
  of.add(morning, 4);
  of.add(morning - 3min, 1);
  CHECK(of.in_hour(morning - 3min) == 1);
  CHECK(of.in_hour(morning) == 5);
  CHECK(of.last() == morning - 3min);
}

/// A hit a day for the whole year, and one in each half hour and minute.
hit_series full_series(sys_seconds until) {
  hit_series of;
  for (const grain each : grains) {
    const auto steps = static_cast<std::int64_t>(steps_of(each));
    for (std::int64_t back = steps - 1; back >= 0; --back)
      of.add(until - back * step_of(each), 1);
  }
  return of;
}

TEST_CASE("hit_series: a clock that is wrong for a moment costs one step of "
          "each grain",
          "[hits]") {
  const auto wrong =
      GENERATE(sys_seconds{}, sys_seconds{1000s}, morning - 10 * 365 * 24h,
               morning + 10 * 365 * 24h);
  hit_series of = full_series(morning);
  const auto before = sum_of(of, grain::day, morning);
  of.add(wrong, 1);
  of.add(morning, 1);
  CHECK(of.size() == full_series(morning).size());
  CHECK(sum_of(of, grain::minute, morning) >= 59);
  CHECK(sum_of(of, grain::half_hour, morning) >= 95);
  const auto days = of.window(grain::day, morning).counts;
  CHECK(std::count(days.begin(), days.end(), 0U) <= 1);
  CHECK(sum_of(of, grain::day, morning) + 200 >= before);
  // A day later the wrong one is gone: it is the farthest.
  of.add(morning + 24h, 1);
  const auto later = of.window(grain::day, morning + 24h).counts;
  CHECK(std::count(later.begin(), later.end(), 0U) <= 1);
}

TEST_CASE("hit_series: after a jump of a year it tells of the new time alone",
          "[hits]") {
  hit_series of = full_series(morning);
  const sys_seconds later = morning + 366 * 24h;
  of.add(later, 3);
  CHECK(sum_of(of, grain::minute, later) == 3);
  CHECK(sum_of(of, grain::half_hour, later) == 3);
  CHECK(sum_of(of, grain::day, later) == 3);
}

TEST_CASE("hit_series: is never larger than what it tells", "[hits]") {
  std::mt19937 random{7};
  hit_series of;
  for (int i = 0; i < 5000; ++i)
    of.add(sys_seconds{std::chrono::seconds{random()}}, random());
  CHECK(of.size() == 60 + 96 + 365);
}

TEST_CASE("hit_series: tells what a list of all hits would", "[hits]") {
  std::mt19937 random{11};
  hit_series of;
  std::map<std::int64_t, std::uint64_t> all;
  sys_seconds now = morning;
  for (int i = 0; i < 2000; ++i) {
    now += std::chrono::seconds{random() % 9000};
    const std::uint64_t hits = random() % 4;
    of.add(now, hits);
    all[now.time_since_epoch().count()] += hits;
    for (const grain each : grains) {
      const auto told = of.window(each, now);
      std::vector<std::uint64_t> wanted(steps_of(each));
      for (auto at = all.lower_bound(told.start.time_since_epoch().count());
           at != all.end(); ++at)
        wanted[static_cast<std::size_t>(
            (at->first - told.start.time_since_epoch().count()) /
            told.step.count())] += at->second;
      REQUIRE(told.counts == wanted);
    }
  }
}

TEST_CASE("hit_series: counts stay where they cannot grow", "[hits]") {
  hit_series of;
  of.add(morning, std::numeric_limits<std::uint64_t>::max());
  of.add(morning, std::numeric_limits<std::uint64_t>::max());
  CHECK(of.in_hour(morning) == std::numeric_limits<std::uint32_t>::max());
}

TEST_CASE("hit_series: times that no clock has are taken", "[hits]") {
  hit_series of;
  of.add(sys_seconds{-5s}, 1);
  of.add(sys_seconds::max(), 1);
  CHECK(of.in_hour(sys_seconds{}) == 1);
  CHECK(of.in_hour(sys_seconds{-1000s}) == 1);
  CHECK(of.window(grain::day, sys_seconds::min()).counts.front() == 1);
}

TEST_CASE("hit_series: what was kept before a restart is added", "[hits]") {
  hit_series before;
  before.add(morning - 5min, 2);
  before.add(morning, 1);
  hit_series after;
  after.add(morning, 4);
  after.add(morning + 1min, 1);
  after.merge_earlier(before);
  CHECK(after.in_hour(morning + 1min) == 8);
  CHECK(after.window(grain::minute, morning).counts.back() == 5);
  CHECK(after.last() == morning + 1min);
  hit_series none;
  none.merge_earlier(before);
  CHECK(none == before);
}

TEST_CASE("hit_series: is made of what was kept, if that can be", "[hits]") {
  hit_series of = full_series(morning);
  hit_series::parts parts{of.last(),
                          {of.cells(grain::minute), of.cells(grain::half_hour),
                           of.cells(grain::day)}};
  CHECK(hit_series::of_parts(parts) == of);
  auto too_many = parts;
  too_many.cells[0].push_back({4'000'000'000, 1});
  CHECK_FALSE(hit_series::of_parts(too_many));
  auto disordered = parts;
  std::swap(disordered.cells[2][0], disordered.cells[2][1]);
  CHECK_FALSE(hit_series::of_parts(disordered));
  auto twice = parts;
  twice.cells[1][1] = twice.cells[1][0];
  CHECK_FALSE(hit_series::of_parts(twice));
}

} // namespace hit_series_test
