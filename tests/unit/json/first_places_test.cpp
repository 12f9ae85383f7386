#include "core/json/document.hpp"
#include "core/json/first_places.hpp"
#include "tests/support/catch.hpp"

#include <string>

namespace first_places_test {

using namespace spfblock;

TEST_CASE("what is given twice is told, with the place where it was first",
          "[json][first_places]") {
  const auto whole =
      json::document::parse("[\"a\",\n\"b\",\n\"a\",\n\"a\",\"\\u001b\"]");
  REQUIRE(whole);
  json::problem_list list{"f"};
  const json::json_value root{whole->root(), list};
  json::first_places places;
  std::string news;
  for (const json::json_value& each : root.read_elements())
    news += places.is_new(each, std::string{*each.read_text()}) ? '+' : '-';
  CHECK(news == "++--+");
  std::string problems;
  for (const auto& each : list.in_order())
    problems += each.to_string() + '\n';
  CHECK(problems == "f:3: /2: \"a\" is given twice (first at f:1)\n"
                    "f:4: /3: \"a\" is given twice (first at f:1)\n");
}

} // namespace first_places_test
