// Tests also: problem.
#include "core/json/problem_list.hpp"
#include "tests/support/catch.hpp"

namespace problem_list_test {

using namespace spfblock::json;

TEST_CASE("problem: printed so that an editor jumps to it", "[json][problem]") {
  CHECK(problem{"a.json", 3, "/threads", "bad"}.to_string() ==
        "a.json:3: /threads: bad");
  CHECK(problem{"a.json", 3, "", "bad"}.to_string() == "a.json:3: bad");
  CHECK(problem{"a.json", 0, "", "bad"}.to_string() == "a.json: bad");
  CHECK(problem{"a\nb", 1, "/\x1b[2J", "bad"}.to_string() ==
        "a\\x0ab:1: /\\x1b[2J: bad");
  CHECK(problem{"", 3, "/at", "bad"}.to_string() == "/at: bad");
  CHECK(problem{"", 3, "", "bad"}.to_string() == "bad");
}

TEST_CASE("problems are in order of their lines, those of other files last",
          "[json][problem_list]") {
  problem_list list{"f"};
  list.add(3, "/c", "third");
  list.add({"z", 2, "", "other"});
  list.add({"a", 1, "", "another"});
  list.add(1, "/a", "first");
  list.add(3, "/b", "fourth");
  CHECK(list.size() == 5);
  CHECK(list.in_order() == std::vector<problem>{{"f", 1, "/a", "first"},
                                                {"f", 3, "/c", "third"},
                                                {"f", 3, "/b", "fourth"},
                                                {"z", 2, "", "other"},
                                                {"a", 1, "", "another"}});
}

TEST_CASE("problem: a warning says so", "[json][problem]") {
  CHECK(problem{"a.json", 3, "/threads", "odd", true}.to_string() ==
        "a.json:3: /threads: warning: odd");
  CHECK(problem{"a.txt", 3, "", "odd", true}.to_string() ==
        "a.txt:3: warning: odd");
  CHECK(problem{"a.txt", 0, "", "odd", true}.to_string() ==
        "a.txt: warning: odd");
}

TEST_CASE("place: a file and a line", "[json][problem]") {
  CHECK(place{"f", 7, "/x"}.to_string() == "f:7");
  CHECK(place{"a\n", 1, ""}.to_string() == "a\\x0a:1");
}

TEST_CASE("warnings are no faults; those of the text first, then those about a "
          "whole file",
          "[json][problem_list]") {
  problem_list list{"f"};
  list.warn({"z", 2, "", "a line"});
  list.warn({"z", 0, "", "a file"});
  list.warn({"f", 9, "/b", "second"});
  list.warn({"f", 1, "/a", "first"});
  CHECK(list.size() == 0);
  CHECK(list.in_order().empty());
  CHECK(list.warnings() == std::vector<problem>{{"f", 1, "/a", "first", true},
                                                {"f", 9, "/b", "second", true},
                                                {"z", 0, "", "a file", true},
                                                {"z", 2, "", "a line", true}});
}

TEST_CASE("20 warnings are kept and the rest is counted",
          "[json][problem_list]") {
  problem_list list{"f"};
  const auto warn = [&list](std::size_t count) {
    for (std::size_t i = 0; i < count; ++i)
      list.warn({"z", 1, "", "odd"});
  };
  warn(20);
  CHECK(list.warnings().size() == 20);
  warn(1);
  REQUIRE(list.warnings().size() == 21);
  CHECK(list.warnings().back().to_string() == "f: warning: and 1 more warning");
  warn(99'999);
  list.warn({"f", 1, "/a", "first"});
  REQUIRE(list.warnings().size() == 21);
  CHECK(list.warnings().front().message == "first");
  CHECK(list.warnings().back().message == "and 100001 more warnings");
}

TEST_CASE("all that is wrong with another text becomes a warning",
          "[json][problem_list]") {
  problem_list inner{"z"};
  inner.add(2, "/a", "bad");
  for (int i = 0; i < 30; ++i)
    inner.warn({"y", 1, "", "odd"});
  problem_list list{"f"};
  list.warn_of_all(inner);
  CHECK(list.size() == 0);
  const auto found = list.warnings();
  REQUIRE(found.size() == 21);
  CHECK(found.front() == problem{"z", 2, "/a", "bad", true});
  CHECK(found.back().message == "and 11 more warnings");
}

TEST_CASE("a key that nobody knows is a fault, or a warning where it may be of "
          "a later version",
          "[json][problem_list]") {
  problem_list strict{"f"};
  strict.add_unknown(1, "/x", "unknown");
  CHECK(strict.size() == 1);
  problem_list lenient{"f", unknown_keys::are_warnings};
  lenient.add_unknown(1, "/x", "unknown");
  CHECK(lenient.size() == 0);
  CHECK(lenient.warnings() ==
        std::vector<problem>{{"f", 1, "/x", "unknown", true}});
}

TEST_CASE("of a text that is no file the first problem is kept",
          "[json][problem_list]") {
  problem_list list;
  CHECK(list.size() == 0);
  for (std::size_t i = 9; i > 0; --i)
    list.add(i, "/x", "problem " + std::to_string(i));
  CHECK(list.in_order() == std::vector<problem>{{"", 9, "/x", "problem 9"}});
}

TEST_CASE(
    "problem_list: faults that are forgiven are warnings, the earlier ones "
    "stay",
    "[json][problem_list]") {
  problem_list problems{"a.json"};
  problems.add(1, "/a", "bad");
  problems.add(3, "/c", "odd");
  problems.add(2, "/b", "strange");
  problems.forgive(1);
  REQUIRE(problems.size() == 1);
  CHECK(problems.in_order()[0].to_string() == "a.json:1: /a: bad");
  const auto warnings = problems.warnings();
  REQUIRE(warnings.size() == 2);
  CHECK(warnings[0].to_string() == "a.json:2: /b: warning: strange");
  CHECK(warnings[1].to_string() == "a.json:3: /c: warning: odd");
  problems.forgive(0);
  CHECK(problems.size() == 0);
}

} // namespace problem_list_test
