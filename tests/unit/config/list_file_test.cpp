#include "core/config/list_file.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/settings_text.hpp"

#include <string>
#include <vector>

namespace list_file_test {

using namespace spfblock;
using namespace spfblock::config;
using namespace spfblock::testing;

namespace {

using files = std::vector<list_file>;

constexpr const char* two_lists = R"({"domain_files":["a.txt","b.txt"]})";

std::vector<std::string> names_in(const settings& of) {
  std::vector<std::string> names;
  for (const domain_entry& each : of.domains)
    names.push_back(each.name.to_string());
  return names;
}

} // namespace

TEST_CASE("a list's faults are warnings at their lines, the rest is taken and "
          "the first one wins",
          "[config][list_file]") {
  const fake_files found{
      {{"a.txt", files{{"a.txt", "one.test\nfoo bar\nspam..x\none.test\n"
                                 "192.0.2.1\nown.test\n"}}},
       {"b.txt", files{{"b.txt", "two.test\none.test\n"}}}}};
  const auto* const text =
      R"({"domains":[{"name":"own.test","action":"HOLD"}],
          "domain_files":["a.txt","b.txt"]})";
  const auto read = read_settings(text, found);
  CHECK(names_in(read) ==
        std::vector<std::string>{"own.test", "one.test", "two.test"});
  CHECK(read.domains[0].action.text() == "HOLD");
  CHECK(
      warnings_of(text, found) ==
      R"(a.txt:2: warning: found "foo bar" (expected a domain name of letters, digits, hyphens and underscores)
a.txt:3: warning: empty label in "spam..x" (expected a domain name)
a.txt:4: warning: "one.test" is listed twice (first at a.txt:1)
a.txt:5: warning: found "192.0.2.1" (expected a domain name; addresses go into "networks")
a.txt:6: warning: "own.test" is listed twice (first at t.json:1)
b.txt:2: warning: "one.test" is listed twice (first at a.txt:1)
)");
}

TEST_CASE("a list that is missing or cannot be read is a warning",
          "[config][list_file]") {
  const fake_files found{
      {{"a.txt", std::string{"no such file: a.txt"}},
       {"b.txt", files{{"b.txt", "", "cannot read \"b.txt\": why"},
                       {"c.txt", "one.test"}}}}};
  CHECK(names_in(read_settings(two_lists, found)) ==
        std::vector<std::string>{"one.test"});
  CHECK(warnings_of(two_lists, found) ==
        "t.json:1: /domain_files/0: warning: no such file: a.txt\n"
        "b.txt: warning: cannot read \"b.txt\": why\n");
}

TEST_CASE("another name of a file that was read is a warning, the same name is "
          "none",
          "[config][list_file]") {
  const fake_files found{{{"a.txt", files{{"a.txt", "one.test", "", "1:7"}}},
                          {"b.txt", files{{"a.txt", "one.test", "", "1:7"},
                                          {"b.txt", "one.test", "", "1:7"}}}}};
  CHECK(names_in(read_settings(two_lists, found)) ==
        std::vector<std::string>{"one.test"});
  CHECK(warnings_of(two_lists, found) ==
        "b.txt: warning: is the same file as \"a.txt\"\n");
}

TEST_CASE("a page instead of a list is one warning and gives no name",
          "[config][list_file]") {
  const auto* const page =
      GENERATE("<!DOCTYPE html>\n<html>\n404.test\n</html>\n",
               "\xef\xbb\xbf<html>", "  <?xml version=\"1.0\"?>\na.test");
  const fake_files found{{{"a.txt", files{{"a.txt", page}}},
                          {"b.txt", files{{"b.txt", "one.test"}}}}};
  CHECK(names_in(read_settings(two_lists, found)) ==
        std::vector<std::string>{"one.test"});
  CHECK(warnings_of(two_lists, found) ==
        "a.txt:1: warning: found a page of HTML or XML (expected a domain a "
        "line)\n");
}

TEST_CASE("of many bad lines 20 are told and the others counted",
          "[config][list_file]") {
  std::string lines;
  for (int i = 0; i < 1000; ++i)
    lines += "no domain\n";
  const fake_files found{{{"a.txt", files{{"a.txt", lines + "one.test"}}},
                          {"b.txt", files{{"b.txt", "two.test"}}}}};
  CHECK(read_settings(two_lists, found).domains.size() == 2);
  const auto warnings = warnings_of(two_lists, found);
  CHECK(std::count(warnings.begin(), warnings.end(), '\n') == 21);
  CHECK_THAT(warnings,
             Catch::EndsWith("t.json: warning: and 980 more warnings\n"));
}

TEST_CASE("a list that gives nothing any more, or less than half, is told",
          "[config][list_file]") {
  const auto told = [](std::size_t before, std::size_t now) {
    std::string text;
    for (const auto& each : losses({{"a", before}}, {{"a", now}}))
      text += each.to_string();
    return text;
  };
  CHECK(told(0, 0).empty());
  CHECK(told(1, 1).empty());
  CHECK(told(0, 5).empty());
  CHECK(told(10, 5).empty());
  CHECK(told(10, 4) ==
        "a: warning: gives only 4 entries, and gave 10 when it was last read");
  CHECK(told(3, 1) ==
        "a: warning: gives only 1 entry, and gave 3 when it was last read");
  CHECK(told(1, 0) ==
        "a: warning: gives no entry, and gave 1 when it was last read");
  CHECK(losses({{"a", 3}}, {}).size() == 1);
  CHECK(losses({}, {{"a", 3}}).empty());
}

TEST_CASE("what a list lost is told before what is wrong with its lines",
          "[config][list_file]") {
  std::string lines;
  for (int i = 0; i < 30; ++i)
    lines += "no domain\n";
  const fake_files found{{{"a.txt", files{{"a.txt", lines}}}}};
  const auto read = parse_settings(R"({"domain_files":["a.txt"]})", "t.json",
                                   found, {{"a.txt", 5}, {"gone.txt", 2}});
  const auto& warnings = std::get<reading>(read).warnings;
  REQUIRE(warnings.size() == 21);
  CHECK_THAT(warnings[0].to_string(), Catch::StartsWith("a.txt: warning: "));
  CHECK_THAT(warnings[1].to_string(), Catch::StartsWith("gone.txt: warning: "));
  CHECK(std::get<reading>(read).lists == list_sizes{{"a.txt", 0}});
}

} // namespace list_file_test
