#include "core/support/utf8.hpp"
#include "tests/support/catch.hpp"

#include <cstdint>
#include <string>

namespace utf8_test {

using spfblock::first_code_point;
using spfblock::is_control;

TEST_CASE("first_code_point reads the edges of each form", "[utf8]") {
  struct row {
    std::string text;
    std::uint32_t value;
    std::size_t size;
  };
  const auto [text, value, size] = GENERATE(values<row>({
      {std::string(1, '\0'), 0, 1},
      {"\x7f", 0x7f, 1},
      {"\xc2\x80", 0x80, 2},
      {"\xdf\xbf", 0x7ff, 2},
      {"\xe0\xa0\x80", 0x800, 3},
      {"\xed\x9f\xbf", 0xd7ff, 3},
      {"\xee\x80\x80", 0xe000, 3},
      {"\xef\xbf\xbf", 0xffff, 3},
      {"\xf0\x90\x80\x80", 0x10000, 4},
      {"\xf4\x8f\xbf\xbf", 0x10ffff, 4},
  }));
  for (const char* behind : {"", "x", "\x80"}) {
    const auto found = first_code_point(text + behind);
    REQUIRE(found);
    CHECK(found->value == value);
    CHECK(found->size == size);
  }
}

TEST_CASE("first_code_point finds none where none is", "[utf8]") {
  const auto text = GENERATE(values<std::string>({
      "\x80",
      "\xbf",
      "\xc1\xbf",             // overlong
      "\xe0\x9f\xbf",         // overlong
      "\xf0\x8f\xbf\xbf",     // overlong
      "\xed\xa0\x80",         // surrogate
      "\xf4\x90\x80\x80",     // over U+10FFFF
      "\xf8\x88\x80\x80\x80", // five octets
      "\xc3",                 // cut short
      "\xe2\x82 ",
      "\xff",
  }));
  CAPTURE(text);
  CHECK_FALSE(first_code_point(text));
}

TEST_CASE("is_control knows C0, DEL and C1", "[utf8]") {
  CHECK(is_control(0));
  CHECK(is_control(0x1f));
  CHECK_FALSE(is_control(0x20));
  CHECK_FALSE(is_control(0x7e));
  CHECK(is_control(0x7f));
  CHECK(is_control(0x9f));
  CHECK_FALSE(is_control(0xa0));
}

} // namespace utf8_test
