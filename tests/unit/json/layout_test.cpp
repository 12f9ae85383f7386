#include "core/json/layout.hpp"
#include "tests/support/catch.hpp"

#include <string>
#include <string_view>

namespace layout_test {

using namespace spfblock;
using namespace spfblock::json;

namespace {

/// What a value takes of its text, and so on with its children.
std::string shown(std::string_view text, const placed_value& value) {
  if (value.is == placed_value::kind::other)
    return std::string{text.substr(value.begin, value.end - value.begin)};
  const bool is_array = value.is == placed_value::kind::array;
  std::string all{is_array ? "[" : "{"};
  for (const placed_child& each : value.children) {
    all += is_array ? "" : each.key + '=';
    all += shown(text, each.value) + ' ';
  }
  CHECK(text[value.begin] == (is_array ? '[' : '{'));
  CHECK(text[value.end - 1] == (is_array ? ']' : '}'));
  return all + (is_array ? ']' : '}');
}

std::string layout_text(std::string_view text) {
  const auto made = layout_of(text);
  return made ? shown(text, *made) : made.error().message;
}

} // namespace

TEST_CASE("layout_of finds each value, whatever stands between them",
          "[json][layout]") {
  struct row {
    const char* text;
    const char* expected;
  };
  const auto [text, expected] = GENERATE(values<row>({
      {"1", "1"},
      {" -1.5e3 ", "-1.5e3"},
      {"\xef\xbb\xbf[true,null]", "[true null ]"},
      {"// x\n{ }", "{}"},
      {R"({"a":[1,"b,]"],"c\u0064":{"e":"\"}"}})",
       R"({a=[1 "b,]" ] cd={e="\"}" } })"},
      {"[1/* ] */,// ]\n2\r\n,\t3/**/]", "[1 2 3 ]"},
      {R"({/**/"a"/*:*/:/*,*/1/**/,"//":"/*"})", R"({a=1 //="/*" })"},
      {R"(["\\","\\\""])", R"(["\\" "\\\"" ])"},
  }));
  CAPTURE(text);
  CHECK(layout_text(text) == expected);
}

TEST_CASE("layout_of fails where the document does", "[json][layout]") {
  CHECK_THAT(layout_text("[1,]"), Catch::StartsWith("syntax error"));
  CHECK_THAT(layout_text(""), Catch::StartsWith("syntax error"));
  CHECK_THAT(layout_text(std::string(17, '[') + std::string(17, ']')),
             Catch::StartsWith("nested too deep"));
}

TEST_CASE("a member that is given twice is the last one, as in a document",
          "[json][layout]") {
  const auto made = layout_of(R"({"a":1,"a":22})");
  REQUIRE(made);
  REQUIRE(made->member("a") != nullptr);
  CHECK(made->member("a")->begin == 11);
  CHECK(made->member("b") == nullptr);
}

TEST_CASE("string_at takes escapes away", "[json][layout]") {
  const std::string text = R"(["a\u002eb", 1])";
  const auto made = layout_of(text);
  REQUIRE(made);
  CHECK(string_at(text, made->children[0].value) == "a.b");
  CHECK_FALSE(string_at(text, made->children[1].value));
}

} // namespace layout_test
