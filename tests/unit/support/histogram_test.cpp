#include "core/support/histogram.hpp"
#include "tests/support/catch.hpp"

namespace histogram_test {

using namespace spfblock;
using counts = std::vector<std::uint64_t>;

TEST_CASE("histogram: a value counts in the first bucket that reaches it",
          "[support][histogram]") {
  histogram of{1, 2, 5};
  for (const double value : {0.0, 0.5, 1.0, 1.1, 2.0, 4.9, 5.0, 5.1, 1000.0})
    of.add(value);
  CHECK(of.counts() == counts{3, 2, 2, 2});
  CHECK(of.count() == 9);
  CHECK(of.sum() == Approx(1019.6));
  CHECK(of.last() == 1000.0);
}

TEST_CASE("histogram: is empty at first, and may have no bounds at all",
          "[support][histogram]") {
  const histogram empty{1, 2};
  CHECK(empty.counts() == counts{0, 0, 0});
  CHECK(empty.count() == 0);
  CHECK(empty.sum() == 0);
  CHECK(empty.last() == 0);

  histogram boundless{};
  boundless.add(7);
  CHECK(boundless.counts() == counts{1});
}

} // namespace histogram_test
