#include "core/json/position_index.hpp"
#include "tests/support/catch.hpp"

#include <map>
#include <random>
#include <string>

using spfblock::errc;
using spfblock::json::child_pointer;
using spfblock::json::line_at;
using spfblock::json::position_index;

namespace {

/// Writes a random JSON text and takes down where it puts each value.
class random_document {
public:
  explicit random_document(unsigned seed) : random_{seed} {
    write_value("", 0);
    white();
  }

  std::string text;
  std::map<std::string, std::size_t> value_lines;
  std::map<std::string, std::size_t> key_lines;

private:
  std::size_t line() const { return line_at(text, text.size()); }

  void white() {
    static const std::vector<std::string> kinds{
        "", " ", "\n", "\r\n", " \t\n", "// c \"{\n", "/* [\n */", "/**/"};
    text += kinds[random_() % kinds.size()];
  }

  void write_value(const std::string& pointer, unsigned depth) {
    white();
    value_lines[pointer] = line();
    static const std::vector<std::string> scalars{"1",
                                                  "-1",
                                                  "1.5",
                                                  "0",
                                                  "1e3",
                                                  "18446744073709551615",
                                                  "true",
                                                  "false",
                                                  "null",
                                                  R"("")",
                                                  R"("a\n\u0000")",
                                                  R"("//")",
                                                  R"("/*")",
                                                  R"("\"")"};
    const auto kind = random_() % 4;
    if (kind > 1 || depth > 5)
      text += scalars[random_() % scalars.size()];
    else
      write_container(pointer, depth, kind == 0);
    white();
  }

  void write_container(const std::string& pointer, unsigned depth,
                       bool is_array) {
    text += is_array ? "[" : "{";
    white();
    for (std::size_t i = 0, count = random_() % 4; i < count; ++i) {
      if (i > 0)
        text += ",";
      if (!is_array)
        write_key(child_pointer(pointer, "k~/" + std::to_string(i)), i);
      write_value(is_array ? child_pointer(pointer, i)
                           : child_pointer(pointer, "k~/" + std::to_string(i)),
                  depth + 1);
    }
    text += is_array ? "]" : "}";
  }

  void write_key(const std::string& pointer, std::size_t i) {
    white();
    key_lines[pointer] = line();
    text += "\"k~/" + std::to_string(i) + "\"";
    white();
    text += ":";
  }

  std::mt19937 random_;
};

std::string nested(std::size_t levels) {
  return std::string(levels, '[') + std::string(levels, ']');
}

} // namespace

TEST_CASE("position_index knows the line of every value and key",
          "[config][position_index][random]") {
  for (unsigned seed = 0; seed < 500; ++seed) {
    const random_document document{seed};
    CAPTURE(seed, document.text);
    const auto index = position_index::parse(document.text);
    REQUIRE(index);
    CHECK(index->repeated_keys().empty());
    for (const auto& [pointer, line] : document.value_lines) {
      CAPTURE(pointer);
      REQUIRE(index->value_line(pointer) == line);
    }
    for (const auto& [pointer, line] : document.key_lines) {
      CAPTURE(pointer);
      REQUIRE(index->key_line(pointer) == line);
    }
  }
}

TEST_CASE("position_index: an element's key is its value, nothing is at 0",
          "[config][position_index]") {
  const auto index = position_index::parse("\n{\"a\":\n[1,\n2]}");
  REQUIRE(index);
  CHECK(index->value_line("") == 2);
  CHECK(index->key_line("") == 2);
  CHECK(index->key_line("/a") == 2);
  CHECK(index->value_line("/a") == 3);
  CHECK(index->value_line("/a/1") == 4);
  CHECK(index->key_line("/a/1") == 4);
  CHECK(index->value_line("/b") == 0);
  CHECK(index->key_line("/b") == 0);
}

TEST_CASE("position_index finds repeated keys, object by object",
          "[config][position_index]") {
  const auto index = position_index::parse(R"({
    "a": {"x": 1},
    "b": {"x": 1,
          "x": 2, "\u0078": 3},
    "a": 5
  })");
  REQUIRE(index);
  const auto& keys = index->repeated_keys();
  REQUIRE(keys.size() == 3);
  CHECK(keys[0].pointer == "/b/x");
  CHECK(keys[0].line == 4);
  CHECK(keys[0].first_line == 3);
  CHECK(keys[1].pointer == "/b/x");
  CHECK(keys[1].first_line == 3);
  CHECK(keys[2].pointer == "/a");
  CHECK(keys[2].line == 5);
  CHECK(keys[2].first_line == 2);
}

TEST_CASE(
    "position_index says what is wrong with the syntax, and on which line",
    "[config][position_index]") {
  struct row {
    std::string text;
    std::size_t line;
    const char* message;
  };
  const auto [text, line, message] = GENERATE(values<row>({
      {"", 1,
       "syntax error while parsing value - unexpected end of input; expected "
       "'[', '{', or a literal"},
      {"  \n\n", 1, "syntax error while parsing value - unexpected end"},
      {"// nothing\n", 1, "syntax error while parsing value - unexpected end"},
      {"{\n\"a\": 1\n\"b\": 2}", 3,
       "syntax error while parsing object - unexpected string literal; "
       "expected '}'"},
      {"{\n\"a\": 1,\n}\n", 3, "syntax error while parsing object key - "},
      {"{\n\"a\": [1,\n2\n", 3,
       "syntax error while parsing array - unexpected end of input; expected "
       "']'"},
      {"{\n\"a\": 1\n} x\n", 3, "syntax error while parsing value - invalid "},
      {"{}\n{}", 2, "syntax error while parsing value - unexpected '{'"},
      {"{\n\"a\nb\": 1}", 2,
       "syntax error while parsing object key - invalid string: control "
       "character U+000A (LF) must be escaped"},
      {"{\n\"a\": 01}", 2, "syntax error while parsing object - unexpected "},
      {"{\n/* \n \"a\": 1}\n", 3,
       "syntax error while parsing object key - invalid comment; missing "
       "closing '*/'"},
      {"{\n# no\n}", 2, "syntax error while parsing object key - invalid "},
      {"{\n'a': 1}", 2, "syntax error while parsing object key - invalid "},
      {"{\n\"a\": \"\xff\"}", 2,
       "syntax error while parsing value - invalid string: ill-formed UTF-8 "
       "byte; last read: '\"\\xff'"},
      {"{\"a\":\n1e999}", 2, "number overflow parsing '1e999'"},
      {"\xef\xbb", 1, "syntax error while parsing value - invalid BOM; "},
      {std::string("{}\n\0{}", 6), 2, "NUL byte (expected JSON text)"},
      {std::string("{//\n//\0\n}", 9), 2, "NUL byte (expected JSON text)"},
      {"\n" + nested(17), 2, "nested too deep (expected at most 16 levels)"},
      {"\n" + std::string(100'000, '['), 2,
       "nested too deep (expected at most 16 levels)"},
  }));
  CAPTURE(text.substr(0, 100));

  const auto index = position_index::parse(text);

  REQUIRE_FALSE(index);
  CHECK(line_at(text, index.error().offset) == line);
  CHECK_THAT(index.error().message, Catch::StartsWith(message));
  CHECK(index.error().message.find("json.exception") == std::string::npos);
}

TEST_CASE("position_index takes comments, a byte order mark and 16 levels",
          "[config][position_index]") {
  CHECK(position_index::parse("{} // the end"));
  CHECK(position_index::parse("/**/{}/* a\n * b\n */\n"));
  CHECK(position_index::parse(nested(position_index::deepest)));
  const auto marked = position_index::parse("\xef\xbb\xbf{\n\"a\":1}");
  REQUIRE(marked);
  CHECK(marked->value_line("/a") == 2);
}

TEST_CASE("child_pointer escapes as RFC 6901 does",
          "[config][position_index]") {
  CHECK(child_pointer("", "a") == "/a");
  CHECK(child_pointer("/a", "") == "/a/");
  CHECK(child_pointer("/a", "m~n/o") == "/a/m~0n~1o");
  CHECK(child_pointer("/a", std::size_t{10}) == "/a/10");
}
