#include "core/json/writer.hpp"
#include "tests/support/catch.hpp"

#include <cstdint>
#include <limits>
#include <string>

namespace writer_test {

using namespace std::chrono_literals;
using spfblock::json::append_string;
using spfblock::json::layout;
using spfblock::json::writer;

namespace {

std::string string_of(std::string_view text) {
  std::string made;
  append_string(made, text);
  return made;
}

/// One of each thing.
std::string everything(layout how) {
  writer to{how};
  to.begin_object().member("a\"", 1U).member("b", true).key("c").begin_array();
  to.end_array().key("d").begin_object().end_object().key("e").begin_array();
  to.value("x").value(nullptr).begin_array().value(-1).end_array();
  to.begin_object().member("f", std::optional<std::chrono::seconds>{});
  to.end_object().end_array().member("g", std::vector<std::string>{"y", "z"});
  to.end_object();
  return std::move(to).text();
}

} // namespace

TEST_CASE("a dense text is on one line", "[json][writer]") {
  CHECK(everything(layout::dense) ==
        R"({"a\"":1,"b":true,"c":[],"d":{},"e":["x",null,[-1],{"f":null}],)"
        R"("g":["y","z"]})");
}

TEST_CASE("an indented text has a line for each member and element",
          "[json][writer]") {
  CHECK(everything(layout::indented) == R"({
  "a\"": 1,
  "b": true,
  "c": [],
  "d": {},
  "e": [
    "x",
    null,
    [
      -1
    ],
    {
      "f": null
    }
  ],
  "g": [
    "y",
    "z"
  ]
})");
}

TEST_CASE("a value alone is a text", "[json][writer]") {
  const auto of = [](const auto& value) {
    return writer{layout::indented}.value(value).text();
  };
  CHECK(of("a") == "\"a\"");
  CHECK(of(std::string_view{}) == "\"\"");
  CHECK(of(false) == "false");
  CHECK(of(std::numeric_limits<std::uint64_t>::max()) ==
        "18446744073709551615");
  CHECK(of(std::numeric_limits<std::int64_t>::min()) == "-9223372036854775808");
  CHECK(of(90s) == "90");
  CHECK(of(std::optional{90s}) == "90");
  CHECK(of(std::chrono::sys_seconds{7s}) == "7");
  CHECK(of(std::vector<std::string>{}) == "[]");
}

TEST_CASE(
    "a string has short escapes, \\u for other controls, all else as it is",
    "[json][writer]") {
  CHECK(string_of("\"\\/\b\f\n\r\t") == R"("\"\\/\b\f\n\r\t")");
  CHECK(string_of(std::string_view{"\0\x01\x1f\x7f", 4}) ==
        "\"\\u0000\\u0001\\u001f\x7f\"");
  CHECK(string_of("m\xc3\xbcll \xe2\x82\xac \xf0\x9f\x98\x80") ==
        "\"m\xc3\xbcll \xe2\x82\xac \xf0\x9f\x98\x80\"");
}

TEST_CASE("what is no UTF-8 is replaced, one U+FFFD for each maximal part",
          "[json][writer]") {
  struct row {
    std::string octets;
    std::string instead; ///< R: a replacement
  };
  const auto [octets, instead] = GENERATE(values<row>({
      {"\x80", "R"},
      {"\xbf\x80", "RR"},
      {"\xc0\xaf", "RR"}, // overlong
      {"\xc1\xbf", "RR"},
      {"\xc2", "R"},
      {"\xc2\x41", "RA"},
      {"\xc2\xc2\x80", "R\xc2\x80"},
      {"\xe0\x9f\xbf", "RRR"}, // overlong
      {"\xe0\xa0\x80", "\xe0\xa0\x80"},
      {"\xe0\xa0", "R"},
      {"\xed\x9f\xbf", "\xed\x9f\xbf"},
      {"\xed\xa0\x80", "RRR"}, // a surrogate
      {"\xef\xbf\xbf", "\xef\xbf\xbf"},
      {"\xf0\x8f\xbf\xbf", "RRRR"}, // overlong
      {"\xf0\x90\x80\x80", "\xf0\x90\x80\x80"},
      {"\xf0\x90\x80", "R"},
      {"\xf0\x90\x80\x22", "R\\\""},
      {"\xf4\x8f\xbf\xbf", "\xf4\x8f\xbf\xbf"},
      {"\xf4\x90\x80\x80", "RRRR"}, // over U+10FFFF
      {"\xf5\xff", "RR"},
      // Unicode 15.0, table 3-8
      {"\xf0\x80\x80\x41", "RRRA"},
      {"\xe1\x80\xe2\xf0\x91\x92\xf1\xbf\x41", "RRRRA"},
  }));
  CAPTURE(octets);
  std::string expected;
  for (const char c : instead)
    expected += c == 'R' ? std::string{"\xef\xbf\xbd"} : std::string(1, c);
  CHECK(string_of("<" + octets + ">") == "\"<" + expected + ">\"");
}

} // namespace writer_test
