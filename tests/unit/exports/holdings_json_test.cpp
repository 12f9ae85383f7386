#include "core/exports/format.hpp"
#include "core/exports/holdings_json.hpp"
#include "tests/support/book_fixture.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/odd_numbers.hpp"

#include <algorithm>
#include <string>
#include <vector>

namespace holdings_json_test {

using namespace spfblock;
using namespace spfblock::testing;
using exports::holdings_from_json;
using table::holding;

namespace {

std::vector<holding> by_name(std::vector<holding> all) {
  std::sort(all.begin(), all.end(),
            [](const holding& a, const holding& b) { return a.name < b.name; });
  return all;
}

/// A table of two listings, as it is exported.
std::string exported() {
  book_fixture f{settings_of({"a.example", "b.example"})};
  f.look(expanded("a.example", "45.0.0.0/24 2a01::/64"));
  f.look(expanded("b.example", "46.0.0.0/24"));
  return exports::document(exports::format::json,
                           table::snapshot{f.book.listings()}, {});
}

} // namespace

TEST_CASE("who holds what survives an export", "[exports][holdings_json]") {
  const auto read = holdings_from_json(exported());
  REQUIRE(read);
  CHECK(by_name(*read) ==
        std::vector<holding>{
            {"a.example", set_of("45.0.0.0/24 2a01::/64"),
             *net::ip_prefix::parse("45.0.0.0/24"), "REJECT a.example"},
            {"b.example", set_of("46.0.0.0/24"),
             *net::ip_prefix::parse("46.0.0.0/24"), "REJECT b.example"},
        });
  CHECK(holdings_from_json(R"({"networks":[]})")->empty());
}

TEST_CASE("nothing else is taken for an exported table",
          "[exports][holdings_json]") {
  for (
      const char* text :
      {"", "{}", "[]", "null", "<html>", R"({"networks":{}})",
       R"({"networks":[1]})", R"({"networks":[{"network":"192.0.2.0/24"}]})",
       R"({"networks":[{"listing":"a.example"}]})",
       R"({"networks":[{"network":"192.0.2.0/24","listing":"a.example"}]})",
       R"({"networks":[{"network":"192.0.2.1/24","listing":"a.example",)"
       R"("action":"OK"}]})",
       R"({"networks":[{"network":"x","listing":"a.example","action":"OK"}]})"}) {
    CAPTURE(text);
    const auto read = holdings_from_json(text);
    REQUIRE_FALSE(read);
    CHECK(read.error().code == errc::malformed);
    CHECK(read.error().message.starts_with("not an exported table: "));
  }
}

TEST_CASE("no odd number in an exported table is taken, wherever it is read",
          "[exports][holdings_json]") {
  const std::string whole = exported();
  for (const odd_text& each : each_replaced(whole, refused_numbers)) {
    CAPTURE(each.key, each.value);
    const bool is_read = each.key == "network" || each.key == "listing" ||
                         each.key == "action" || each.value == "1e999";
    CHECK(holdings_from_json(each.text).has_value() == !is_read);
  }
  for (const odd_text& each : each_replaced(whole, odd_values)) {
    CAPTURE(each.key, each.value);
    const auto read = holdings_from_json(each.text);
    CHECK((read || read.error().code == errc::malformed));
  }
}

} // namespace holdings_json_test
