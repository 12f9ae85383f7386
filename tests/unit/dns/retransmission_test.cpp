#include "core/dns/retransmission.hpp"
#include "tests/support/catch.hpp"

#include <vector>

namespace spfblock::dns::retransmission_test {
namespace {

using std::chrono::milliseconds;
using verdict = retransmission::verdict;
using times = std::vector<int>;

round_trip known(int sample) {
  round_trip to;
  to.add(milliseconds{sample});
  return to;
}

/// When it is sent again, in ms after the first sending; last, when the time is
/// over.
times schedule(const round_trip& to, int timeout, unsigned most_resends) {
  retransmission silence{to, milliseconds{timeout}, most_resends};
  times found;
  milliseconds now{0};
  for (int looks = 0; looks < 100; ++looks) {
    now += std::chrono::duration_cast<milliseconds>(silence.wait());
    const verdict next = silence.waited();
    if (next != verdict::wait)
      found.push_back(static_cast<int>(now.count()));
    if (next == verdict::over)
      return found;
  }
  return {};
}

} // namespace

TEST_CASE("retransmission: after the server's patience, twice, then doubling",
          "[dns][retransmission]") {
  CHECK(schedule(known(1), 2000, 2) == times{50, 100, 2000});
  CHECK(schedule(known(100), 2000, 2) == times{300, 600, 2000});
  CHECK(schedule(known(1), 2000, 5) == times{50, 100, 200, 400, 800, 2000});
}

TEST_CASE("retransmission: none that the time-out forestalls",
          "[dns][retransmission]") {
  CHECK(schedule(known(300), 2000, 2) == times{900, 1800, 2000});
  CHECK(schedule(known(700), 2000, 2) == times{2000});
  CHECK(schedule(known(1), 50, 2) == times{50});
}

TEST_CASE("retransmission: none if there are to be none, or nothing is known",
          "[dns][retransmission]") {
  CHECK(schedule(known(1), 2000, 0) == times{2000});
  CHECK(schedule({}, 2000, 2) == times{2000});
  CHECK(schedule({}, 30, 2) == times{30});
}

TEST_CASE("retransmission: notices when the server becomes known",
          "[dns][retransmission]") {
  round_trip to;
  retransmission silence{to, milliseconds{2000}, 2};
  to.add(milliseconds{20});
  CHECK(silence.wait() == milliseconds{50});
  CHECK(silence.waited() == verdict::wait);
  CHECK(silence.wait() == milliseconds{10});
  CHECK_FALSE(silence.resent());
  CHECK(silence.waited() == verdict::resend);
  CHECK(silence.resent());
}

} // namespace spfblock::dns::retransmission_test
