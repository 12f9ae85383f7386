#include "core/support/calendar.hpp"
#include "tests/support/catch.hpp"

#include <fmt/format.h>

#include <array>
#include <chrono>
#include <string>

namespace calendar_day_test {

using namespace std::chrono_literals;
using spfblock::parse_day;

TEST_CASE("parse_day reads a day at its beginning, UTC", "[config][day]") {
  CHECK(parse_day("1970-01-01") == std::chrono::sys_days{});
  CHECK(parse_day("2027-01-01")->time_since_epoch() == 1'798'761'600s);
  CHECK(parse_day("2028-02-29")->time_since_epoch() == 1'835'395'200s);
  CHECK(parse_day("9999-12-31")->time_since_epoch() == 253'402'214'400s);
}

TEST_CASE("parse_day takes the days of the Gregorian calendar and no others",
          "[config][day]") {
  constexpr std::array<unsigned, 12> lengths{31, 28, 31, 30, 31, 30,
                                             31, 31, 30, 31, 30, 31};
  auto expected = *parse_day("1896-01-01");
  for (unsigned year = 1896; year <= 2104; ++year) {
    const bool leaps = year % 4 == 0 && year != 1900 && year != 2100;
    for (unsigned month = 0; month <= 13; ++month) {
      const bool named = month >= 1 && month <= 12;
      const unsigned length = named ? lengths.at(month - 1) : 0;
      const unsigned last = length + (leaps && month == 2 ? 1 : 0);
      for (unsigned day = 0; day <= 32; ++day) {
        const auto text = fmt::format("{}-{:02}-{:02}", year, month, day);
        CAPTURE(text);
        const bool exists = day >= 1 && day <= last;
        REQUIRE(parse_day(text).has_value() == exists);
        if (exists)
          REQUIRE(parse_day(text) == expected++);
      }
    }
  }
}

TEST_CASE("parse_day takes no other spelling", "[config][day]") {
  const auto text = GENERATE(values<std::string>({"",
                                                  "-",
                                                  "2027",
                                                  "2027-01",
                                                  "2027-1-1",
                                                  "2027-01-1",
                                                  "2027-001-01",
                                                  "27-01-01",
                                                  "02027-01-01",
                                                  "2027-01-011",
                                                  " 2027-01-01",
                                                  "2027-01-01 ",
                                                  "2027-01-01Z",
                                                  "2027-01-01T00:00:00Z",
                                                  "2027/01/01",
                                                  "2027.01.01",
                                                  "01-01-2027",
                                                  "20270101",
                                                  "2027-+1-01",
                                                  "-027-01-01",
                                                  "2027-01- 1",
                                                  "2027-0x-01",
                                                  "2027-Jan-1",
                                                  "today"}));
  CAPTURE(text);
  CHECK_FALSE(parse_day(text));
}

} // namespace calendar_day_test
