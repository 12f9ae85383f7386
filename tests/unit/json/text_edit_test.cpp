#include "core/json/document.hpp"
#include "core/json/layout.hpp"
#include "core/json/node.hpp"
#include "core/json/text_edit.hpp"
#include "tests/support/catch.hpp"

#include <array>
#include <cstddef>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace text_edit_test {

using namespace spfblock;
using namespace spfblock::json;

namespace {

std::string added(const std::string& text, const member_path& path = {"d"},
                  std::string_view element = R"("x")") {
  const auto made = with_element(text, path, element);
  return made ? *made : made.error().message;
}

std::string removed(const std::string& text, std::size_t index) {
  const auto made = without_element(text, {"d"}, index);
  return made ? *made : made.error().message;
}

/// Values without their places.
std::string plain(const node& of) {
  if (const auto* const text = std::get_if<std::string>(&of.value))
    return '"' + *text + '"';
  if (const auto* const number = std::get_if<std::uint64_t>(&of.value))
    return std::to_string(*number);
  if (const auto* const array = std::get_if<node::array>(&of.value)) {
    std::string all = "[";
    for (const node& each : *array)
      all += plain(each) + ',';
    return all + ']';
  }
  if (const auto* const object = std::get_if<node::object>(&of.value)) {
    std::string all = "{";
    for (const member& each : *object)
      all += each.key + '=' + plain(each.value) + ',';
    return all + '}';
  }
  return "?";
}

std::string plain(std::string_view text) {
  const auto made = document::parse(text, comments::taken);
  return made ? plain(made->root()) : made.error().message;
}

/// A random object with an array "d" in it, by itself or within an object "o",
/// and what is in that.
class random_text {
public:
  explicit random_text(unsigned seed) : random_{seed} {
    eol_ = pick(2) == 0 ? "\n" : "\r\n";
    path = pick(2) == 0 ? member_path{"d"} : member_path{"o", "d"};
    gap();
    write_object(0);
    gap();
  }

  std::string text;
  member_path path;
  std::size_t elements = 0;
  bool has_array = false;

private:
  std::size_t pick(std::size_t below) { return random_() % below; }

  void gap() {
    static const std::array<std::string, 8> kinds{
        "", " ", "\t", "/* [\"x\", */", "// \"x\", ] }", "", "", "/* a\nb */"};
    for (std::size_t i = pick(3); i > 0; --i) {
      const std::string& kind = kinds[pick(kinds.size())];
      text += kind;
      if (kind.starts_with("//") || pick(4) == 0)
        text += eol_ + std::string(pick(4), ' ');
    }
  }

  void write_scalar() {
    static const std::array<std::string, 5> kinds{
        "\"a\"", "1", R"("//")", R"("\"/*")", R"({"d":["b"]})"};
    text += kinds[pick(kinds.size())];
  }

  void write_array() {
    has_array = true;
    text += '[';
    gap();
    elements = pick(4);
    for (std::size_t i = 0; i < elements; ++i) {
      text += i == 0 ? "" : ",";
      gap();
      write_scalar();
      gap();
    }
    text += ']';
  }

  void write_object(std::size_t depth) {
    text += '{';
    gap();
    const std::size_t others = pick(3);
    const bool has_path = pick(5) != 0;
    for (std::size_t i = 0; i < others + (has_path ? 1 : 0); ++i) {
      text += i == 0 ? "" : ",";
      gap();
      const bool is_other = i < others;
      text += is_other ? "\"k" + std::to_string(i) + '"'
                       : '"' + std::string{path[depth]} + '"';
      gap();
      text += ':';
      gap();
      if (is_other)
        write_scalar();
      else if (depth + 1 == path.size())
        write_array();
      else
        write_object(depth + 1);
      gap();
    }
    text += '}';
  }

  std::mt19937 random_;
  std::string eol_;
};

/// The values of the array at the path; "" where there is none.
std::vector<std::string> values_at(const std::string& text,
                                   const member_path& path) {
  const auto whole = layout_of(text);
  REQUIRE(whole);
  const placed_value* at = &*whole;
  for (const std::string_view each : path) {
    at = at->member(each);
    if (at == nullptr)
      return {};
  }
  std::vector<std::string> values;
  for (const placed_child& each : at->children)
    values.push_back(text.substr(each.begin, each.end() - each.begin));
  return values;
}

std::string comments_in(std::string_view text) {
  std::string all;
  for (std::size_t at = 0; at < text.size();) {
    if (text[at] == '"') {
      for (++at; text[at] != '"'; ++at)
        at += text[at] == '\\' ? 1U : 0U;
      ++at;
    } else if (text[at] == '/') {
      const std::size_t end = end_of_comment(text, at);
      all += text.substr(at, end - at);
      at = end;
    } else {
      ++at;
    }
  }
  return all;
}

/// Whether `longer` is `shorter` with octets put in.
bool is_within(std::string_view shorter, std::string_view longer) {
  std::size_t at = 0;
  for (const char c : longer)
    at += at < shorter.size() && shorter[at] == c ? 1U : 0U;
  return at == shorter.size();
}

std::string without_blanks(std::string text) {
  std::erase_if(text, [](char c) {
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
  });
  return text;
}

} // namespace

TEST_CASE("a new element is laid out as the one before it",
          "[json][text_edit]") {
  struct row {
    const char* before;
    const char* after;
  };
  const auto [before, after] = GENERATE(values<row>({
      {R"({"d":["a"]})", R"({"d":["a", "x"]})"},
      {R"({"d": ["a","b"]})", R"({"d": ["a","b","x"]})"},
      {R"({"d": [ "a",  "b" ]})", R"({"d": [ "a",  "b",  "x" ]})"},
      {R"({"d": ["a" /* why */ ]})", R"({"d": ["a", /* why */ "x" ]})"},
      {"{\n  \"d\": [\n    \"a\"\n  ]\n}", // on a line of its own
       "{\n  \"d\": [\n    \"a\",\n    \"x\"\n  ]\n}"},
      {"{\r\n\t\"d\": [\r\n\t\t1 // why\r\n\t]\r\n}\r\n",
       "{\r\n\t\"d\": [\r\n\t\t1, // why\r\n\t\t\"x\"\r\n\t]\r\n}\r\n"},
      {"{\"d\": [\n  \"a\" /* b */ ]}",
       "{\"d\": [\n  \"a\", /* b */\n  \"x\" ]}"},
      {"{\"d\": [\"a\", \"b\" // why\n]}",
       "{\"d\": [\"a\", \"b\", // why\n  \"x\"\n]}"},
      {"{\"d\": [\n  \"a\"\n  // more here\n]}",
       "{\"d\": [\n  \"a\",\n  \"x\"\n  // more here\n]}"},
      {"{\n  \"d\": [\n    1, 2,\n    3, 4\n  ]\n}", // several on a line
       "{\n  \"d\": [\n    1, 2,\n    3, 4, \"x\"\n  ]\n}"},
  }));
  CAPTURE(before);
  CHECK(added(before) == after);
}

TEST_CASE("an empty array is opened up, unless all is on one line",
          "[json][text_edit]") {
  CHECK(added(R"({"d":[]})") == R"({"d":["x"]})");
  CHECK(added(R"({"d": [ ]})") == R"({"d": ["x"]})");
  CHECK(added("{\n\t\"d\": [ ]\n}\n") == "{\n\t\"d\": [\n\t\t\"x\"\n\t]\n}\n");
  CHECK(added("{\n  \"d\": [\n  ]\n}\n") ==
        "{\n  \"d\": [\n    \"x\"\n  ]\n}\n");
  CHECK(added("{\n  \"d\": [ // spammers\n  ]\n}\n") ==
        "{\n  \"d\": [ // spammers\n    \"x\"\n  ]\n}\n");
  CHECK(added("{\n  \"d\": [ /* none */ ]\n}\n") ==
        "{\n  \"d\": [ /* none */\n    \"x\"\n  ]\n}\n");
}

TEST_CASE("objects and the array that are not there are made",
          "[json][text_edit]") {
  CHECK(added("{\n}\n") == "{\n  \"d\": [\n    \"x\"\n  ]\n}\n");
  CHECK(added("{}") == R"({"d": ["x"]})");
  CHECK(added("{\n    \"k\": 1 // one\n}\n", {"o", "d"}) ==
        "{\n    \"k\": 1, // one\n    \"o\": {\n        \"d\": [\n"
        "            \"x\"\n        ]\n    }\n}\n");
  CHECK(added("{\n  \"o\": { \"e\": [1] }\n}\n", {"o", "d"}) ==
        "{\n  \"o\": { \"e\": [1], \"d\": [\n    \"x\"\n  ] }\n}\n");
}

TEST_CASE("something else on the way is a failure, and told where",
          "[json][text_edit]") {
  const auto of_array = with_element(R"({"k":1,"d":{}})", {"d"}, "1");
  REQUIRE_FALSE(of_array);
  CHECK(of_array.error().message == "found another value (expected an array)");
  CHECK(of_array.error().offset == 11);
  CHECK(added("[]") == "found another value (expected an object)");
  CHECK(added(R"({"o":null})", {"o", "d"}) ==
        "found another value (expected an object)");
  CHECK_THAT(added("{"), Catch::StartsWith("syntax error"));
  CHECK_THAT(removed("{", 0), Catch::StartsWith("syntax error"));
}

TEST_CASE("an element goes with its comma and its line, and comments stay",
          "[json][text_edit]") {
  struct row {
    const char* before;
    std::size_t index;
    const char* after;
  };
  const auto [before, index, after] = GENERATE(values<row>({
      {R"({"d":["a"]})", 0, R"({"d":[]})"},
      {R"({"d": ["a", "b", "c"]})", 0, R"({"d": ["b", "c"]})"},
      {R"({"d": ["a", "b", "c"]})", 1, R"({"d": ["a", "c"]})"},
      {R"({"d": [ "a", "b", "c" ]})", 2, R"({"d": [ "a", "b" ]})"},
      {"{\"d\": [\n  \"a\",\n  \"b\",\n  \"c\"\n]}", 0,
       "{\"d\": [\n  \"b\",\n  \"c\"\n]}"},
      {"{\"d\": [\n  \"a\",\n  \"b\",\n  \"c\"\n]}", 1,
       "{\"d\": [\n  \"a\",\n  \"c\"\n]}"},
      {"{\"d\": [\r\n  \"a\",\r\n  \"b\"\r\n]}", 1,
       "{\"d\": [\r\n  \"a\"\r\n]}"},
      {"{\"d\": [\n  \"a\", // A\n  \"b\", // B\n  \"c\" // C\n]}", 1,
       "{\"d\": [\n  \"a\", // A\n  // B\n  \"c\" // C\n]}"},
      {"{\"d\": [\n  \"a\", // A\n  \"b\" // B\n]}", 1,
       "{\"d\": [\n  \"a\" // A\n  // B\n]}"},
      {"{\"d\": [\n  \"a\",\n  {\"n\":\n    \"b\"},\n  \"c\"\n]}", 1,
       "{\"d\": [\n  \"a\",\n  \"c\"\n]}"},
      {"{\"d\": [\n  \"a\"\n  , \"b\"\n  , \"c\"\n]}", 2,
       "{\"d\": [\n  \"a\"\n  , \"b\"\n]}"},
      {"{\"d\": [\"a\" /* A */, \"b\"]}", 0, "{\"d\": [/* A */\"b\"]}"},
  }));
  CAPTURE(before, index);
  CHECK(removed(before, index) == after);
}

TEST_CASE("random texts: an element more is that, and all else as it was",
          "[json][text_edit][random]") {
  for (unsigned seed = 0; seed < 20'000; ++seed) {
    const random_text before{seed};
    CAPTURE(seed, before.text);
    const auto after = with_element(before.text, before.path, R"("new")");
    REQUIRE(after);
    CAPTURE(*after);
    auto expected = values_at(before.text, before.path);
    expected.emplace_back(R"("new")");
    REQUIRE(values_at(*after, before.path) == expected);
    REQUIRE(comments_in(*after) == comments_in(before.text));
    REQUIRE(is_within(without_blanks(before.text), without_blanks(*after)));
    if (before.has_array && before.elements > 0) {
      // Nothing is taken away, not even a blank.
      REQUIRE(is_within(before.text, *after));
      // And back again.
      const auto back = without_element(*after, before.path, before.elements);
      REQUIRE(back);
      REQUIRE(plain(*back) == plain(before.text));
    }
  }
}

TEST_CASE("random texts: an element less is that, and all else as it was",
          "[json][text_edit][random]") {
  for (unsigned seed = 0; seed < 20'000; ++seed) {
    const random_text before{seed};
    for (std::size_t index = 0; index < before.elements; ++index) {
      CAPTURE(seed, before.text, index);
      const auto after = without_element(before.text, before.path, index);
      REQUIRE(after);
      CAPTURE(*after);
      auto expected = values_at(before.text, before.path);
      const std::string gone = expected[index];
      expected.erase(expected.begin() + static_cast<std::ptrdiff_t>(index));
      REQUIRE(values_at(*after, before.path) == expected);
      REQUIRE(comments_in(*after) == comments_in(before.text));
      REQUIRE(is_within(*after, before.text));
      const std::size_t comma = before.elements > 1 ? 1 : 0;
      REQUIRE(without_blanks(*after).size() + without_blanks(gone).size() +
                  comma ==
              without_blanks(before.text).size());
    }
  }
}

} // namespace text_edit_test
