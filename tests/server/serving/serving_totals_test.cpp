#include "server/serving/serving_totals.hpp"
#include "tests/support/catch.hpp"

#include <thread>

namespace serving_totals_test {

using namespace spfblock;
using protocols::count;
using server::serving_totals;

TEST_CASE("serving_totals: sum up what is added", "[server][serving_totals]") {
  serving_totals totals;
  protocols::counts batch;
  batch[count::found] = 2;
  batch[count::refused] = 1;
  totals.add(batch);
  totals.add(batch);
  totals.add(count::connections);

  protocols::counts expected;
  expected[count::found] = 4;
  expected[count::refused] = 2;
  expected[count::connections] = 1;
  CHECK(totals.so_far() == expected);
}

TEST_CASE("serving_totals: may be read while they are written, and never go "
          "back",
          "[server][serving_totals]") {
  serving_totals totals;
  constexpr std::uint64_t most = 20'000;
  std::thread writer{[&] {
    for (std::uint64_t i = 0; i < most; ++i)
      totals.add(count::found);
  }};
  std::uint64_t last = 0;
  bool back = false;
  while (last < most && !back) {
    const std::uint64_t now = totals.so_far()[count::found];
    back = now < last;
    last = now;
  }
  writer.join();
  CHECK_FALSE(back);
}

} // namespace serving_totals_test
