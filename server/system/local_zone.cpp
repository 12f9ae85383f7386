#include "server/system/local_zone.hpp"

#include <cstdint>
#include <ctime>
#include <ratio>

namespace spfblock::server {
namespace {

using std::chrono::seconds;
using std::chrono::sys_seconds;

/// How far the clocks are east of UTC when they show this.
seconds east_of(sys_seconds shown) {
  const std::time_t number = shown.time_since_epoch().count();
  std::tm fields{};
  ::gmtime_r(&number, &fields);
  fields.tm_isdst = -1; // it says so itself
  return shown.time_since_epoch() - seconds{::mktime(&fields)};
}

} // namespace

// Clocks are put forward and back at whole quarters of an hour.
sys_seconds local_zone::moment_of(sys_seconds shown) {
  using quarters = std::chrono::duration<std::int64_t, std::ratio<900>>;
  const sys_seconds quarter = std::chrono::floor<quarters>(shown);
  if (quarter != quarter_) {
    quarter_ = quarter;
    east_ = east_of(quarter);
  }
  return shown - east_;
}

} // namespace spfblock::server
