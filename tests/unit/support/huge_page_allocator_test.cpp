#include "core/support/huge_page_allocator.hpp"
#include "tests/support/catch.hpp"

#include <cstdint>
#include <limits>
#include <vector>

namespace huge_page_allocator_test {

using spfblock::huge_page_allocator;

TEST_CASE("huge_page_allocator: large arrays begin at a huge page",
          "[support][huge_page_allocator]") {
  constexpr std::size_t huge = std::size_t{2} << 20U;
  const auto place = [](const auto& array) {
    return reinterpret_cast<std::uintptr_t>(array.data());
  };
  std::vector<std::uint32_t, huge_page_allocator<std::uint32_t>> array;
  for (std::uint32_t i = 0; i < 3'000'000; ++i) // grows past the limit
    array.push_back(i);
  CHECK(array.front() == 0);
  CHECK(place(array) % huge == 0);
  CHECK(array[2'999'999] == 2'999'999);
  array.resize(10);
  array.shrink_to_fit();
  CHECK(array.capacity() == 10);
  CHECK(array.back() == 9);
}

TEST_CASE("huge_page_allocator: more than there can be is refused",
          "[support][huge_page_allocator]") {
  huge_page_allocator<std::uint64_t> from;
  CHECK_THROWS_AS(from.allocate(std::numeric_limits<std::size_t>::max() / 8),
                  std::bad_alloc);
}

} // namespace huge_page_allocator_test
