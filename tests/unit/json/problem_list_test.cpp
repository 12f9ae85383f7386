#include "core/json/problem_list.hpp"
#include "tests/support/catch.hpp"

using spfblock::json::problem;
using spfblock::json::problem_list;

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
  list.add({{"z", 2, "", "other"}, {"a", 1, "", "another"}});
  list.add(1, "/a", "first");
  list.add(3, "/b", "fourth");
  CHECK(list.size() == 5);
  CHECK(list.in_order() == std::vector<problem>{{"f", 1, "/a", "first"},
                                                {"f", 3, "/c", "third"},
                                                {"f", 3, "/b", "fourth"},
                                                {"z", 2, "", "other"},
                                                {"a", 1, "", "another"}});
  CHECK(list.place(7) == "f:7");
  CHECK(problem_list{"a\n"}.place(1) == "a\\x0a:1");
}

TEST_CASE("of a text that is no file the first problem is kept",
          "[json][problem_list]") {
  problem_list list;
  CHECK(list.size() == 0);
  for (std::size_t i = 9; i > 0; --i)
    list.add(i, "/x", "problem " + std::to_string(i));
  CHECK(list.in_order() == std::vector<problem>{{"", 9, "/x", "problem 9"}});
}
