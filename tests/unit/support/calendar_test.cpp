#include "core/support/calendar.hpp"
#include "tests/support/catch.hpp"

#include <limits>
#include <utility>
#include <vector>

namespace calendar_test {

using namespace spfblock;
using namespace std::chrono_literals;

TEST_CASE("a time is told to the minute, in UTC", "[table][calendar]") {
  for (const auto& [seconds, text] :
       std::vector<std::pair<std::int64_t, const char*>>{
           {0, "1970-01-01 00:00 UTC"},
           {-1, "1969-12-31 23:59 UTC"},
           {951'782'399, "2000-02-28 23:59 UTC"},
           {951'782'400, "2000-02-29 00:00 UTC"},
           {253'402'300'799, "9999-12-31 23:59 UTC"}})
    CHECK(utc_text(std::chrono::sys_seconds{std::chrono::seconds{seconds}}) ==
          text);
}

TEST_CASE("the last day that a setting can name is told", "[table][calendar]") {
  CHECK(day_text(std::chrono::sys_days{std::chrono::year{9999} / 12 / 31}) ==
        "9999-12-31");
  CHECK(day_text(std::chrono::sys_days{std::chrono::year{1} / 2 / 3}) ==
        "0001-02-03");
}

TEST_CASE("a span is told in its largest unit that counts two",
          "[table][calendar]") {
  for (const auto& [span, text] :
       std::vector<std::pair<std::chrono::seconds, const char*>>{
           {-1s, "0s"},
           {0s, "0s"},
           {119s, "119s"},
           {2min, "2m"},
           {2h - 1s, "119m"},
           {2h, "2h"},
           {48h - 1s, "47h"},
           {48h, "2d"},
           {36500 * 24h, "36500d"}})
    CHECK(span_text(span) == text);
}

TEST_CASE("times beyond the calendar are refused", "[table][calendar]") {
  CHECK(time_since_1970(0) == std::chrono::sys_seconds{});
  CHECK(time_since_1970(253'402'300'799));
  for (const std::uint64_t seconds :
       {std::uint64_t{253'402'300'800}, std::uint64_t{1} << 63U,
        std::numeric_limits<std::uint64_t>::max()})
    CHECK_FALSE(time_since_1970(seconds));
}

} // namespace calendar_test
