// Tests also: pointer.
#include "core/json/document.hpp"
#include "core/json/pointer.hpp"
#include "tests/support/catch.hpp"

#include <map>
#include <random>
#include <string>

namespace document_test {

using spfblock::errc;
using spfblock::json::child_pointer;
using spfblock::json::comments;
using spfblock::json::document;
using spfblock::json::line_at;
using spfblock::json::line_of;
using spfblock::json::member;
using spfblock::json::node;

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

using lines = std::map<std::string, std::size_t>;

void collect(const node& from, const std::string& pointer, lines& values,
             lines& keys) {
  values[pointer] = from.line;
  if (const auto* const array = std::get_if<node::array>(&from.value)) {
    for (std::size_t i = 0; i < array->size(); ++i)
      collect((*array)[i], child_pointer(pointer, i), values, keys);
  }
  if (const auto* const object = std::get_if<node::object>(&from.value)) {
    for (const member& each : *object) {
      const auto child = child_pointer(pointer, each.key);
      keys[child] = each.key_line;
      collect(each.value, child, values, keys);
    }
  }
}

spfblock::result<document> parse(std::string_view text) {
  return document::parse(text, comments::taken);
}

template <class Type>
bool is(const node& value, const Type& expected) {
  const auto* const found = std::get_if<Type>(&value.value);
  return found != nullptr && *found == expected;
}

std::string nested(std::size_t levels) {
  return std::string(levels, '[') + std::string(levels, ']');
}

} // namespace

TEST_CASE("a document has every value and key, and their lines",
          "[json][document][random]") {
  for (unsigned seed = 0; seed < 500; ++seed) {
    const random_document random{seed};
    CAPTURE(seed, random.text);
    const auto read = parse(random.text);
    REQUIRE(read);
    CHECK(read->repeated_keys().empty());
    lines values;
    lines keys;
    collect(read->root(), "", values, keys);
    CHECK(values == random.value_lines);
    CHECK(keys == random.key_lines);
  }
}

TEST_CASE("the line of any value is found by its pointer",
          "[json][document][random]") {
  for (unsigned seed = 0; seed < 50; ++seed) {
    const random_document random{seed};
    CAPTURE(seed, random.text);
    for (const auto& [pointer, line] : random.value_lines) {
      CAPTURE(pointer);
      CHECK(line_of(random.text, pointer) == line);
      CHECK(line_of(random.text, pointer + "/none") == 0);
    }
  }
  CHECK(line_of("{\n\"ab\":1,\"a\":\n[1]}", "/a") == 3);
  CHECK(line_of("{\"a\"", "/a") == 0);
}

TEST_CASE("a document has its scalars as they were written",
          "[json][document]") {
  const auto read = document::parse(
      R"([null, true, 18446744073709551615, "a\n\u0000\u00e4", 0])");
  REQUIRE(read);
  const auto& array = std::get<node::array>(read->root().value);
  REQUIRE(array.size() == 5);
  CHECK(is(array[0], nullptr));
  CHECK(is(array[1], true));
  CHECK(is(array[2], std::uint64_t{18446744073709551615U}));
  CHECK(is(array[3], std::string("a\n\0\xc3\xa4", 5)));
  CHECK(is(array[4], std::uint64_t{0}));
}

TEST_CASE("a number that is no unsigned integer of 64 bits is kept as a text",
          "[json][document]") {
  for (const std::string text :
       {"1e300", "-1", "1.5", "18446744073709551616", "-0.0", "1e2",
        "-9223372036854775808", "0.0", "5e-324"}) {
    CAPTURE(text);
    const auto read = document::parse(text);
    REQUIRE(read);
    const auto* const number =
        std::get_if<node::other_number>(&read->root().value);
    REQUIRE(number != nullptr);
    CHECK(number->text == text);
  }
  CHECK_FALSE(document::parse("1e999"));
}

TEST_CASE("the members of an object are in order of their keys",
          "[json][document]") {
  const auto read = document::parse(R"({"b":1,"":2,"ab":3,"a":4})");
  REQUIRE(read);
  std::string keys;
  for (const member& each : std::get<node::object>(read->root().value))
    keys += each.key + ',';
  CHECK(keys == ",a,ab,b,");
}

TEST_CASE(
    "a document tells repeated keys, object by object; the last one counts",
    "[json][document]") {
  const auto read = parse(R"({
    "a": {"x": 1},
    "b": {"x": 1,
          "x": 2, "\u0078": 3},
    "a": 5
  })");
  REQUIRE(read);
  const auto& keys = read->repeated_keys();
  REQUIRE(keys.size() == 3);
  CHECK(keys[0].pointer == "/b/x");
  CHECK(keys[0].line == 4);
  CHECK(keys[0].first_line == 3);
  CHECK(keys[1].pointer == "/b/x");
  CHECK(keys[1].first_line == 3);
  CHECK(keys[2].pointer == "/a");
  CHECK(keys[2].line == 5);
  CHECK(keys[2].first_line == 2);

  const auto& members = std::get<node::object>(read->root().value);
  REQUIRE(members.size() == 2);
  CHECK(is(members[0].value, std::uint64_t{5}));
  CHECK(members[0].key_line == 5);
  CHECK(is(std::get<node::object>(members[1].value.value).at(0).value,
           std::uint64_t{3}));
}

TEST_CASE("a syntax error is told, and its line", "[json][document]") {
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

  const auto read = parse(text);

  REQUIRE_FALSE(read);
  CHECK(line_at(text, read.error().offset) == line);
  CHECK_THAT(read.error().message, Catch::StartsWith(message));
  CHECK(read.error().message.find("json.exception") == std::string::npos);
}

TEST_CASE(
    "a document has a byte order mark and 16 levels at most, and comments "
    "where they are taken",
    "[json][document]") {
  for (const std::string text :
       {"{} // the end", "/**/{}/* a\n * b\n */\n", "[1,/**/2]"}) {
    CAPTURE(text);
    CHECK(parse(text));
    CHECK_FALSE(document::parse(text));
  }
  CHECK(document::parse(nested(document::deepest)));
  CHECK(document::parse(nested(document::deepest + 1)).error().code ==
        errc::limit_exceeded);
  const auto marked = document::parse("\xef\xbb\xbf{\n\"a\":1}");
  REQUIRE(marked);
  CHECK(std::get<node::object>(marked->root().value).at(0).value.line == 2);
}

TEST_CASE("child_pointer escapes as RFC 6901 does", "[json][pointer]") {
  CHECK(child_pointer("", "a") == "/a");
  CHECK(child_pointer("/a", "") == "/a/");
  CHECK(child_pointer("/a", "m~n/o") == "/a/m~0n~1o");
  CHECK(child_pointer("/a", std::size_t{10}) == "/a/10");
}

TEST_CASE("document: the elements of a long list are told one by one",
          "[json][document]") {
  std::vector<std::string> told;
  const document::each_element tell{
      "list", [&](const node& element, std::size_t index) {
        const auto& object = std::get<node::object>(element.value);
        told.push_back(std::to_string(index) + object.at(0).key + ' ' +
                       std::to_string(element.line));
      }};
  const auto read = document::parse(
      R"({"a": {"list": [{"x": 1}]}, "list": [
{"b": {"c": [1, {}]}}, 7,
{"d": []}], "last": [{"list": 1}]})",
      tell);
  REQUIRE(read);
  CHECK(told == std::vector<std::string>{"0b 2", "2d 3"});

  const auto& whole = std::get<node::object>(read->root().value);
  REQUIRE(whole.size() == 3);
  const auto& list = std::get<node::array>(whole[2].value.value);
  REQUIRE(list.size() == 3);
  CHECK(std::holds_alternative<std::nullptr_t>(list[0].value));
  CHECK(std::get<std::uint64_t>(list[1].value) == 7);
  CHECK(std::get<node::array>(whole[1].value.value).size() == 1);

  told.clear();
  CHECK_FALSE(document::parse(R"({"list": [{"x": 1}, {"y": 2}})", tell));
  CHECK(told == std::vector<std::string>{"0x 1", "1y 1"});
  CHECK(document::parse(R"([[{"x": 1}]])", tell));
  CHECK(document::parse("7", tell));
  CHECK(told.size() == 2);
}

} // namespace document_test
