#include "core/json/document.hpp"
#include "core/json/json_value.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/odd_numbers.hpp"

#include <limits>
#include <string>

namespace json_value_test {

using namespace std::chrono_literals;
using namespace spfblock;
using namespace spfblock::testing;
using json::document;
using json::json_value;
using json::problem_list;

namespace {

/// What `read` makes of the member `v` of a text, and what is wrong with it.
template <class Read>
auto read_v(const std::string& value, const Read& read, std::string& problems) {
  const auto whole = document::parse("{\n\"v\":\n" + value + '}');
  REQUIRE(whole);
  problem_list list{"f"};
  const json_value root{whole->root(), list};
  const auto member = root.member("v");
  REQUIRE(member);
  auto made = read(*member);
  problems.clear();
  for (const auto& each : list.in_order())
    problems += each.to_string() + '\n';
  return made;
}

/// What is wrong with the value.
template <class Read>
std::string fault(const std::string& value, const Read& read) {
  std::string problems;
  const auto made = read_v(value, read, problems);
  CHECK(made.has_value() == problems.empty());
  return problems;
}

const auto text = [](const json_value& of) {
  const auto read = of.read_text();
  return read ? std::optional{std::string{*read}} : std::nullopt;
};
const auto boolean = [](const json_value& of) { return of.read_boolean(); };
const auto any_integer = [](const json_value& of) {
  return of.read_integer(0, std::numeric_limits<std::uint64_t>::max());
};
const auto time_of = [](const json_value& of) { return of.read_time(); };
const auto day = [](const json_value& of) { return of.read_day(); };
const auto word = [](const json_value& of) {
  return of.read_word({"stop", "skip"});
};
const auto duration = [](const json_value& of) {
  return of.read_duration(1s, 60s);
};

} // namespace

TEST_CASE("each reader takes its own type", "[json][json_value]") {
  std::string problems;
  CHECK(read_v(R"("a\u0000")", text, problems) == std::string("a\0", 2));
  CHECK(read_v("true", boolean, problems) == true);
  CHECK(read_v("false", boolean, problems) == false);
  CHECK(read_v("0", any_integer, problems) == 0);
  CHECK(read_v("18446744073709551615", any_integer, problems) ==
        std::numeric_limits<std::uint64_t>::max());
  CHECK(read_v("0", time_of, problems)->time_since_epoch() == 0s);
  CHECK(read_v("253402300799", time_of, problems)->time_since_epoch() ==
        253'402'300'799s);
  CHECK(read_v(R"("2026-01-02")", day, problems) ==
        std::chrono::sys_days{std::chrono::year{2026} / 1 / 2});
  CHECK(read_v(R"("skip")", word, problems) == 1);
  CHECK(read_v(R"("1m")", duration, problems) == 60s);
  CHECK(problems.empty());
}

TEST_CASE("a reader says what it found, what it expected and where",
          "[json][json_value]") {
  CHECK(fault("{}", text) == "f:3: /v: found an object (expected a string)\n");
  CHECK(fault("[]", boolean) ==
        "f:3: /v: found an array (expected true or false)\n");
  CHECK(fault("null", boolean) ==
        "f:3: /v: found null (expected true or false)\n");
  CHECK(fault("false", day) ==
        "f:3: /v: found false (expected a day of the calendar, YYYY-MM-DD)\n");
  CHECK(fault("253402300800", time_of) ==
        "f:3: /v: found 253402300800 (expected seconds since 1970, to the year "
        "9999)\n");
  CHECK(fault("\"stp\"", word) ==
        "f:3: /v: found \"stp\" (expected one of \"stop\", \"skip\"; did you "
        "mean \"stop\"?)\n");
  CHECK(fault("7", word) ==
        "f:3: /v: found 7 (expected one of \"stop\", \"skip\")\n");
  CHECK(fault("\"61s\"", duration).starts_with("f:3: /v: found \"61s\" (exp"));
  CHECK(
      fault("11", [](const json_value& of) {
        return of.read_integer(2, 10, ", or null");
      }) == "f:3: /v: found 11 (expected an integer from 2 to 10, or null)\n");
}

TEST_CASE("a number that is no unsigned integer is read by nobody",
          "[json][json_value]") {
  for (const std::string_view number : refused_numbers) {
    if (number == "1e999") // no document
      continue;
    const std::string value{number};
    CAPTURE(value);
    CHECK_FALSE(fault(value, any_integer).empty());
    CHECK_FALSE(fault(value, time_of).empty());
    CHECK_FALSE(fault(value, text).empty());
    CHECK_FALSE(fault(value, boolean).empty());
    CHECK_FALSE(fault(value, duration).empty());
  }
  CHECK_FALSE(fault("9223372036854775808", time_of).empty());
  CHECK_FALSE(fault("18446744073709551615", time_of).empty());
}

TEST_CASE("what is found is shown in a bounded and printable form",
          "[json][json_value]") {
  CHECK(fault('"' + std::string(100'000, 'x') + '"', boolean).size() < 200);
  CHECK(fault("0." + std::string(100'000, '1'), boolean).size() < 200);
  CHECK(fault("\"\\u001b\"", boolean) ==
        "f:3: /v: found \"\\x1b\" (expected true or false)\n");
}

TEST_CASE("a value knows its place however deep it is", "[json][json_value]") {
  const auto whole = document::parse("{\"a/b\":[0,\n{\"c\":[[],\n7]}]}");
  REQUIRE(whole);
  problem_list list{"f"};
  const json_value root{whole->root(), list};
  const auto member = root.member("a/b");
  REQUIRE(member);
  std::size_t seen = 0;
  for (const json_value& outer : member->read_elements()) {
    const auto c = outer.member("c");
    if (!c)
      continue;
    for (const json_value& inner : c->read_elements()) {
      ++seen;
      inner.fault("here");
    }
    CHECK(c->place() == json::place{"f", 2, "/a~1b/1/c"});
  }
  CHECK(seen == 2);
  const auto problems = list.in_order();
  REQUIRE(problems.size() == 2);
  CHECK(problems[0] == json::problem{"f", 2, "/a~1b/1/c/0", "here"});
  CHECK(problems[1] == json::problem{"f", 3, "/a~1b/1/c/1", "here"});
  root.fault("there");
  CHECK(list.in_order()[0] == json::problem{"f", 1, "", "there"});
}

TEST_CASE("what is no array has no elements, what is no object no members",
          "[json][json_value]") {
  const auto whole = document::parse("\"x\"");
  REQUIRE(whole);
  problem_list list{"f"};
  const json_value root{whole->root(), list};
  CHECK_FALSE(root.member("x"));
  CHECK(list.size() == 0);
  for (const json_value& each : root.read_elements())
    each.fault("there is none");
  CHECK_FALSE(root.read_object());
  CHECK_FALSE(root.read_object({"x"}));
  REQUIRE(list.size() == 3);
  CHECK(list.in_order()[0].message == "found \"x\" (expected an array)");
  CHECK(list.in_order()[2].message == "found \"x\" (expected an object)");
}

TEST_CASE("members are found by name, missing and unknown ones are told",
          "[json][json_value]") {
  const auto whole =
      document::parse("{\"timeout\":1,\n\"atempts\":2,\n\"b\":3,\"a\":4}");
  REQUIRE(whole);
  problem_list list{"f"};
  const json_value root{whole->root(), list};
  for (const char* name : {"timeout", "atempts", "a", "b"})
    CHECK(root.member(name));
  for (const char* name : {"", "c", "time", "timeouts"})
    CHECK_FALSE(root.member(name));
  CHECK(root.read_object({"timeout", "attempts", "a", "b"}));
  root.require("a", "anything");
  root.require("c", "a letter");
  root.missing("d");
  std::string problems;
  for (const auto& each : list.in_order())
    problems += each.to_string() + '\n';
  CHECK(problems ==
        "f:1: \"c\" is missing (expected a letter)\n"
        "f:1: \"d\" is missing\n"
        "f:2: /atempts: unknown setting (known: timeout, attempts, a, b; did "
        "you mean \"attempts\"?)\n");
}

} // namespace json_value_test
