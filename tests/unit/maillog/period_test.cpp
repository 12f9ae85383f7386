// Tests also: time_stamp.
#include "core/maillog/period.hpp"
#include "core/maillog/time_stamp.hpp"
#include "tests/support/catch.hpp"

#include <string>

namespace period_test {

using namespace spfblock;
using maillog::period;
using maillog::read_moment;

std::string read(std::string_view text) {
  const auto at = read_moment(text);
  return at ? maillog::log_time_text(*at) : "nothing";
}

TEST_CASE("maillog::period: a day, or a time of it", "[maillog][period]") {
  CHECK(read("2016-04-04") == "2016-04-04 00:00:00");
  CHECK(read("2016-04-04 04:38") == "2016-04-04 04:38:00");
  CHECK(read("2016-04-04T04:38") == "2016-04-04 04:38:00");
  CHECK(read("2016-04-04 04:38:12") == "2016-04-04 04:38:12");
  CHECK(read("2016-04-04T04:38:12") == "2016-04-04 04:38:12");
  for (const std::string_view wrong :
       {"", "yesterday", "2016-04", "2016-02-30", "2016-04-04 ",
        "2016-04-04 4:3", "2016-04-04 24:00", "2016-04-04T04:38:12Z", "04:38",
        "2016/04/04", "2016-04-04 04:38:1", "Apr  4 04:", "Apr  4 04:38:12",
        "Apr  4 04:38:12.123", "2016-04-04X04:38"}) {
    CAPTURE(wrong);
    CHECK(read(wrong) == "nothing");
  }
}

TEST_CASE("maillog::zone_of_time_stamp: what the time stamp names",
          "[maillog][time_stamp]") {
  const auto zone = [](std::string_view text) {
    REQUIRE(maillog::time_stamp_size(text) == text.size());
    const auto read = maillog::zone_of_time_stamp(text);
    return read ? static_cast<int>(read->count()) : -1;
  };
  CHECK(zone("2016-04-04T04:38:12Z") == 0);
  CHECK(zone("2016-04-04T04:38:12+02:00") == 120);
  CHECK(zone("2016-04-04T04:38:12.123456+0530") == 330);
  CHECK(zone("2016-04-04T04:38:12,5-03:30") == -210);
  CHECK(zone("2016-04-04T04:38:12-0000") == 0);
  for (const std::string_view none :
       {"2016-04-04T04:38:12", "2016-04-04T04:38:12.5", "2016-04-04 04:38:12",
        "Apr  4 04:38:12", "Apr  4 04:38:12.123456",
        "Mon Apr  4 04:38:12 2016"}) {
    CAPTURE(none);
    CHECK(zone(none) == -1);
  }
  CHECK_FALSE(maillog::zone_of_time_stamp(""));
  CHECK_FALSE(maillog::zone_of_time_stamp("2016-04-04T04:38:12Zebra"));
}

TEST_CASE("maillog::period: has what is neither before nor behind",
          "[maillog][period]") {
  const auto noon = read_moment("2016-04-04 12:00");
  const std::chrono::seconds second{1};
  CHECK(period{}.has(noon));
  CHECK(period{noon}.has(noon));
  CHECK_FALSE(period{noon}.has(*noon - second));
  CHECK_FALSE(period{{}, noon}.has(noon));
  CHECK(period{{}, noon}.has(*noon - second));
  CHECK_FALSE(period{noon, *noon + second}.has(*noon + second));
  CHECK(period{noon, noon}.has(std::nullopt));
}

} // namespace period_test
