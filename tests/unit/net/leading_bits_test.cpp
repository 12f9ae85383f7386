#include "core/net/ip_address.hpp"
#include "core/net/leading_bits.hpp"
#include "tests/support/catch.hpp"

namespace leading_bits_test {

using namespace spfblock::net;

TEMPLATE_TEST_CASE("leading_bits: none and all are as good as any other number",
                   "[net][leading_bits]", std::uint32_t, uint128) {
  using bits = leading_bits<TestType>;
  constexpr unsigned width = sizeof(TestType) * 8;
  const TestType ones = static_cast<TestType>(~TestType{0});
  CHECK(bits::first(ones, 0) == 0);
  CHECK(bits::first(ones, 3) == 7);
  CHECK(bits::first(ones, width) == ones);
  CHECK(bits::only_first(ones, 0) == 0);
  CHECK(bits::only_first(ones, 1) == TestType{1} << (width - 1));
  CHECK(bits::only_first(ones, width) == ones);
  CHECK(bits::equal(ones, 0, 0));
  CHECK_FALSE(bits::equal(ones, 0, 1));
  CHECK(bits::equal(ones, ones - 1, width - 1));
  CHECK_FALSE(bits::equal(ones, ones - 1, width));
}

TEMPLATE_TEST_CASE("leading_bits: counts and cuts at each bit",
                   "[net][leading_bits]", std::uint32_t, uint128) {
  using bits = leading_bits<TestType>;
  constexpr unsigned width = sizeof(TestType) * 8;
  CHECK(bits::common(5, 5) == width);
  for (unsigned length = 0; length < width; ++length) {
    CAPTURE(length);
    const TestType one = TestType{1} << (width - 1 - length);
    CHECK(bits::common(one, 0) == length);
    CHECK(bits::after(one, length, 1) == 1);
    CHECK(bits::after(one, length + 1, 0) == 0);
    CHECK(bits::after(one, 0, length + 1 < 20 ? length + 1 : 0) ==
          (length + 1 < 20 ? 1U : 0U));
  }
}

} // namespace leading_bits_test
