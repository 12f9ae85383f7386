#include "core/page/include_tree.hpp"
#include "tests/support/book_fixture.hpp"
#include "tests/support/catch.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace include_tree_test {

using namespace spfblock;
using namespace spfblock::testing;
using page::include_tree;
using page::tree_record;

namespace {

constexpr std::string_view records = R"(
  a.example v=spf1 ip4:192.0.2.0/24 include:Inc.example -all
  b.example v=spf1 include:inc.example include:a.example -all
  c.example v=spf1 redirect=_r.c.example
  _r.c.example v=spf1 ip4:203.0.113.7 -all
  inc.example v=spf1 include:deep.example ~all
  deep.example v=spf1 ip4:198.51.100.0/25 ip4:198.51.100.192/26 -all
)";

/// "a.example (2) [b.example]{...}": a record, its terms, who shares it, and
/// those below.
std::string drawn(const tree_record& of) {
  std::string text = of.step;
  for (const page::tree_term& each : of.terms)
    text += " " + each.term + "=" + std::to_string(each.networks);
  if (of.sharing != 0)
    text += " shared " + std::to_string(of.sharing);
  for (const tree_record& each : of.below)
    text += " {" + drawn(each) + "}";
  return text;
}

book_fixture three() {
  book_fixture world{settings_of({"a.example", "b.example", "c.example"})};
  world.take_due();
  for (const char* each : {"a.example", "b.example", "c.example"})
    world.settle(evaluated(each, records));
  return world;
}

} // namespace

TEST_CASE("include_tree has the records as they include each other, and says "
          "which others use",
          "[page][include_tree]") {
  const auto world = three();
  CHECK(drawn(include_tree(world.page(0), world.book)) ==
        "a.example ip4:192.0.2.0/24=1 shared 1 {include:Inc.example shared 1 "
        "{include:deep.example ip4:198.51.100.0/25=1 ip4:198.51.100.192/26=1 "
        "shared 1}}");
  CHECK(drawn(include_tree(world.page(2), world.book)) ==
        "c.example {redirect=_r.c.example ip4:203.0.113.7=1}");
  const auto tree = include_tree(world.page(0), world.book);
  CHECK(tree.also_in == std::vector<std::string>{"b.example"});
  CHECK(tree.terms.front().since == world.now.wall);
}

TEST_CASE("include_tree of a domain of which nothing is known is its name",
          "[page][include_tree]") {
  const book_fixture world{settings_of({"a.example"})};
  CHECK(drawn(include_tree(world.page(), world.book)) == "a.example");
}

TEST_CASE("include_tree names a few of many domains that share a record, and "
          "counts all",
          "[page][include_tree]") {
  std::vector<std::string> names;
  for (int i = 0; i < 30; ++i)
    names.push_back("d" + std::to_string(i) + ".example");
  book_fixture world{settings_of(names)};
  world.take_due();
  for (const std::string& each : names)
    world.settle(evaluated(each, each +
                                     " v=spf1 include:inc.example -all\n"
                                     "inc.example v=spf1 ip4:192.0.2.1 -all"));
  const auto tree = include_tree(world.page(), world.book);
  REQUIRE(tree.below.size() == 1);
  CHECK(tree.sharing == 0);
  CHECK(tree.below.front().sharing == 29);
  CHECK(tree.below.front().also_in.size() == page::most_sharing);
}

TEST_CASE("steps_of parts a chain", "[page][include_tree]") {
  CHECK(page::steps_of("a.example -> include:b -> ip4:192.0.2.1") ==
        std::vector<std::string>{"a.example", "include:b", "ip4:192.0.2.1"});
  CHECK(page::steps_of("by hand") == std::vector<std::string>{"by hand"});
}

} // namespace include_tree_test
