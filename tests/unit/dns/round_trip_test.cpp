#include "core/dns/round_trip.hpp"
#include "tests/support/catch.hpp"

namespace spfblock::dns::round_trip_test {
namespace {

using std::chrono::milliseconds;

round_trip after(std::initializer_list<int> samples) {
  round_trip measured;
  for (const int sample : samples)
    measured.add(milliseconds{sample});
  return measured;
}

} // namespace

TEST_CASE("round_trip: knows nothing before the first sample",
          "[dns][round_trip]") {
  round_trip measured;
  CHECK_FALSE(measured.patience());
  measured.back_off(milliseconds{100});
  CHECK_FALSE(measured.patience());
}

TEST_CASE(
    "round_trip: patience is three times the first sample, at least 50 ms",
    "[dns][round_trip]") {
  CHECK(after({100}).patience() == milliseconds{300});
  CHECK(after({17}).patience() == milliseconds{51});
  CHECK(after({16}).patience() == milliseconds{50});
  CHECK(after({0}).patience() == milliseconds{50});
}

TEST_CASE("round_trip: smooths as RFC 6298 says", "[dns][round_trip]") {
  // SRTT 100 -> 200, RTTVAR 50 -> 237.5
  CHECK(after({100, 900}).patience() == milliseconds{200 + 950});
  // Equal times: the deviation goes, twice the smoothed time remains.
  round_trip steady = after({100});
  for (int i = 0; i < 50; ++i)
    steady.add(milliseconds{100});
  CHECK(steady.patience() == milliseconds{200});
}

TEST_CASE("round_trip: one slow answer among many is forgotten",
          "[dns][round_trip]") {
  round_trip measured = after({1, 1, 1, 900});
  CHECK(measured.patience() > milliseconds{900});
  for (int i = 0; i < 50; ++i)
    measured.add(milliseconds{1});
  CHECK(measured.patience() == shortest_patience);
}

TEST_CASE(
    "round_trip: an answer in doubt is waited for that long, and an eighth "
    "more, until a sample comes",
    "[dns][round_trip]") {
  round_trip measured = after({1});
  measured.back_off(milliseconds{80});
  CHECK(measured.patience() == milliseconds{90});
  measured.back_off(milliseconds{64});
  CHECK(measured.patience() == milliseconds{90});
  measured.back_off(milliseconds{160});
  CHECK(measured.patience() == milliseconds{180});
  measured.add(milliseconds{1});
  CHECK(measured.patience() == milliseconds{50});
}

TEST_CASE("round_trip: many answers in doubt at once count as one",
          "[dns][round_trip]") {
  round_trip measured = after({20});
  for (int i = 0; i < 1000; ++i)
    measured.back_off(milliseconds{80});
  CHECK(measured.patience() == milliseconds{90});
}

TEST_CASE("round_trip: what was measured is doubled, what is in doubt is not",
          "[dns][round_trip]") {
  round_trip measured = after({100});
  CHECK(measured.patience(2) == milliseconds{1200});
  measured.back_off(milliseconds{800});
  CHECK(measured.patience(0) == milliseconds{900});
  CHECK(measured.patience(1) == milliseconds{900});
  CHECK(measured.patience(2) == milliseconds{1200});
}

TEST_CASE("round_trip: less than is waited anyway changes nothing",
          "[dns][round_trip]") {
  round_trip measured = after({100});
  measured.back_off(milliseconds{150});
  CHECK(measured.patience() == milliseconds{300});
}

} // namespace spfblock::dns::round_trip_test
