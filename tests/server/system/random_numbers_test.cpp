#include "server/system/random_numbers.hpp"
#include "tests/support/catch.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace random_numbers_test {

using namespace spfblock::server;

namespace {

std::vector<std::uint32_t> drawn(std::size_t count) {
  random_numbers numbers;
  std::vector<std::uint32_t> result;
  while (result.size() < count)
    result.push_back(numbers());
  return result;
}

} // namespace

TEST_CASE("random numbers: none follows from another's sequence",
          "[random_numbers]") {
  // More than a call to the kernel gives: what it gave is never given again.
  std::vector<std::uint32_t> all = drawn(1'000);
  const std::vector<std::uint32_t> others = drawn(1'000);
  all.insert(all.end(), others.begin(), others.end());
  std::sort(all.begin(), all.end());
  const auto distinct = std::unique(all.begin(), all.end()) - all.begin();
  // 2,000 of 2^32: two that are equal once in 2,000 runs, three in 10^7.
  CHECK(distinct >= 1'998);
}

TEST_CASE("random numbers: each bit is as often 1 as 0", "[random_numbers]") {
  constexpr int count = 10'000;
  std::array<int, 32> ones{};
  for (const std::uint32_t number : drawn(count))
    for (std::size_t bit = 0; bit < ones.size(); ++bit)
      ones[bit] += static_cast<int>(number >> bit & 1U);
  // Ten times the standard deviation, 50.
  for (const int each : ones)
    CHECK(std::abs(each - count / 2) < 500);
}

} // namespace random_numbers_test
