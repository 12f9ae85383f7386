// What a record costs, it costs on a thread that nobody waits for.
#include "tests/support/catch.hpp"
#include "tests/support/hostile_run.hpp"

namespace hostile_records_test {

using namespace spfblock;

TEST_CASE("refresher: sixty costly records leave the controlling thread alone",
          "[server][refresher][work]") {
  const auto cost = testing::toll_of(0, 60, 0.03);
  CAPTURE(cost.dearest, cost.expansion, cost.gap, cost.silence, cost.beats);
  // Processor time, as a busy machine may let any thread wait: what the
  // controlling thread does between two beats is a small part of one record.
  CHECK(cost.gap < 0.25);
  CHECK(cost.beats > 60);
  CHECK(cost.expansion < 60);
}

} // namespace hostile_records_test
