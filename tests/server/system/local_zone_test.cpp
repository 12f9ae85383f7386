#include "server/system/local_zone.hpp"
#include "tests/support/catch.hpp"

#include <chrono>
#include <cstdlib>
#include <ctime>
#include <string>

namespace local_zone_test {

using namespace spfblock::server;
using namespace std::chrono_literals;
using std::chrono::sys_days;
using std::chrono::sys_seconds;
using std::chrono::year;

/// The zone of this process, for as long as it lives.
struct zone {
  explicit zone(const char* name) {
    ::setenv("TZ", name, 1);
    ::tzset();
  }
  ~zone() {
    if (before_.empty())
      ::unsetenv("TZ");
    else
      ::setenv("TZ", before_.c_str(), 1);
    ::tzset();
  }
  zone(const zone&) = delete;
  zone& operator=(const zone&) = delete;

private:
  const char* found_ = std::getenv("TZ");
  std::string before_ = found_ == nullptr ? "" : found_;
};

constexpr sys_seconds at(int month, int day, std::chrono::seconds time) {
  return sys_days{year{2016} / month / day} + time;
}

TEST_CASE("server::local_zone: clocks of this machine as moments",
          "[local_zone]") {
  // Rules that need no data base of zones: Berlin's, India's, UTC.
  const zone berlin{"CET-1CEST,M3.5.0,M10.5.0/3"};
  local_zone here;
  CHECK(here.moment_of(at(1, 10, 5h)) == at(1, 10, 4h));
  CHECK(here.moment_of(at(4, 4, 5h)) == at(4, 4, 3h));
  CHECK(here.moment_of(at(4, 4, 5h + 14min + 59s)) ==
        at(4, 4, 3h + 14min + 59s));
  CHECK(here.moment_of(at(1, 10, 0s)) == at(1, 9, 23h));
  // 27 March: the hour from 2 on is left out; 30 October: it comes twice.
  CHECK(here.moment_of(at(3, 27, 2h - 1s)) == at(3, 27, 1h - 1s));
  CHECK(here.moment_of(at(3, 27, 3h)) == at(3, 27, 1h));
  CHECK(here.moment_of(at(10, 30, 2h - 1s)) == at(10, 30, 0h) - 1s);
  const auto twice = here.moment_of(at(10, 30, 2h + 30min));
  CHECK((twice == at(10, 30, 30min) || twice == at(10, 30, 1h + 30min)));
  CHECK(here.moment_of(at(10, 30, 3h)) == at(10, 30, 2h));
}

TEST_CASE("server::local_zone: zones beside the hour, and UTC",
          "[local_zone]") {
  {
    const zone india{"IST-5:30"};
    CHECK(local_zone{}.moment_of(at(4, 4, 5h + 30min)) == at(4, 4, 0s));
  }
  const zone utc{"UTC"};
  CHECK(local_zone{}.moment_of(at(4, 4, 5h)) == at(4, 4, 5h));
}

} // namespace local_zone_test
