#include "core/domains/publication.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/steps.hpp"

using namespace std::chrono_literals;

namespace spfblock::domains::publication_test {
namespace {

using testing::act;
using testing::nothing;
using testing::wake_at;

constexpr moment start{1h};
constexpr std::size_t some = 3; // domains under way

struct fixture {
  /// A table was built, and took so long.
  void publish(moment::duration took) {
    table.changed();
    REQUIRE(table.settled(0, start - 1h) == act);
    REQUIRE(table.built(0, start - 1h + took) == nothing);
  }

  publication table;
};

} // namespace

TEST_CASE("publication: where nothing changed, nothing is built",
          "[domains][publication]") {
  fixture f;
  CHECK(f.table.soon(start) == nothing);
  CHECK(f.table.settled(some, start) == nothing);
  CHECK(f.table.settled(0, start) == nothing);
  CHECK(f.table.woken(start) == nothing);
  CHECK(f.table.urgent(start) == nothing);
  CHECK_FALSE(f.table.building_since());
  CHECK(f.table.is_current());
}

TEST_CASE("publication: a change is built at once when no domain is under way",
          "[domains][publication]") {
  fixture f;
  f.table.changed();
  CHECK_FALSE(f.table.is_current());
  CHECK(f.table.settled(0, start) == act);
  CHECK(f.table.building_since() == start);
  CHECK_FALSE(f.table.is_current());
  CHECK(f.table.built(0, start + 1s) == nothing);
  CHECK_FALSE(f.table.building_since());
  CHECK(f.table.is_current());
}

TEST_CASE("publication: while domains are under way, changes of half a second "
          "are one table",
          "[domains][publication]") {
  fixture f;
  f.table.changed();
  CHECK(f.table.settled(some, start) == wake_at(start + 500ms));
  f.table.changed();
  CHECK(f.table.settled(some, start + 100ms) == nothing);
  CHECK(f.table.soon(start + 200ms) == nothing);
  CHECK(f.table.woken(start + 500ms) == act);
  CHECK(f.table.built(some, start + 501ms) == nothing);
  CHECK(f.table.settled(some, start + 502ms) == nothing);
  f.table.changed();
  CHECK(f.table.settled(some, start + 503ms) == wake_at(start + 1003ms));
}

TEST_CASE(
    "publication: what changed without an expansion is built soon, though "
    "no domain is under way",
    "[domains][publication]") {
  fixture f;
  f.table.changed();
  CHECK(f.table.soon(start) == wake_at(start + 500ms));
  CHECK(f.table.woken(start + 500ms) == act);
}

TEST_CASE("publication: no more than the tenth part of the time goes into it, "
          "but every five seconds one is built",
          "[domains][publication]") {
  struct row {
    moment::duration took;
    moment::duration interval;
  };
  const row rows[] = {
      {0ms, 500ms},    {50ms, 500ms},   {51ms, 510ms},   {200ms, 2000ms},
      {499ms, 4990ms}, {500ms, 5000ms}, {501ms, 5000ms}, {1h, 5000ms},
  };
  for (const auto& [took, interval] : rows) {
    CAPTURE(took.count());
    fixture f;
    f.publish(took);
    f.table.changed();
    CHECK(f.table.settled(some, start) == wake_at(start + interval));
  }
}

TEST_CASE("publication: the last table sets the pace",
          "[domains][publication]") {
  fixture f;
  f.publish(300ms);
  f.publish(100ms);
  f.table.changed();
  CHECK(f.table.settled(some, start) == wake_at(start + 1s));
}

TEST_CASE(
    "publication: what changed while a table was built is decided on when "
    "that answers",
    "[domains][publication]") {
  fixture f;
  f.table.changed();
  REQUIRE(f.table.settled(some, start) == wake_at(start + 500ms));
  REQUIRE(f.table.woken(start + 500ms) == act);
  f.table.changed();

  SECTION("at once if no domain is under way any more") {
    CHECK(f.table.settled(0, start + 600ms) == nothing);
    CHECK(f.table.building_since() == start + 500ms);
    CHECK(f.table.built(0, start + 700ms) == act);
    CHECK(f.table.building_since() == start + 700ms);
  }
  SECTION("else at the new pace") {
    CHECK(f.table.built(some, start + 700ms) == wake_at(start + 2700ms));
  }
  SECTION("also where its moment came meanwhile") {
    CHECK(f.table.settled(some, start + 600ms) == wake_at(start + 1100ms));
    CHECK(f.table.woken(start + 1100ms) == nothing);
    CHECK(f.table.built(some, start + 1500ms) == wake_at(start + 6500ms));
  }
}

TEST_CASE(
    "publication: a moment that is to come holds, though a table was built "
    "before",
    "[domains][publication]") {
  fixture f;
  f.table.changed();
  REQUIRE(f.table.settled(some, start) == wake_at(start + 500ms));
  REQUIRE(f.table.settled(0, start + 100ms) == act);
  REQUIRE(f.table.built(0, start + 110ms) == nothing);

  SECTION("for nothing, if nothing changed") {
    CHECK(f.table.woken(start + 500ms) == nothing);
  }
  SECTION("for what changed since") {
    f.table.changed();
    CHECK(f.table.settled(some, start + 200ms) == nothing);
    CHECK(f.table.woken(start + 500ms) == act);
  }
}

TEST_CASE("publication: what is urgent does not wait for the pace",
          "[domains][publication]") {
  fixture f;
  f.table.changed();
  REQUIRE(f.table.settled(some, start) == wake_at(start + 500ms));
  CHECK(f.table.urgent(start + 1ms) == act);

  SECTION("and is so once") {
    f.table.changed();
    CHECK(f.table.built(some, start + 2ms) == nothing);
    CHECK(f.table.woken(start + 500ms) == act);
  }
  SECTION("also if a table is being built: it is the next one") {
    f.table.changed();
    CHECK(f.table.urgent(start + 2ms) == nothing);
    CHECK(f.table.built(some, start + 3ms) == act);
    CHECK(f.table.built(some, start + 4ms) == nothing);
  }
  SECTION("also if a table is being built that is still so at its moment") {
    f.table.changed();
    CHECK(f.table.urgent(start + 2ms) == nothing);
    CHECK(f.table.woken(start + 500ms) == nothing);
    CHECK(f.table.built(some, start + 1s) == act);
  }
}

TEST_CASE("publication: what was published otherwise is not built again",
          "[domains][publication]") {
  fixture f;
  f.table.changed();
  f.table.published();
  CHECK(f.table.soon(start) == nothing);
  CHECK(f.table.settled(0, start) == nothing);
  f.table.changed();
  CHECK(f.table.settled(0, start) == act);
}

} // namespace spfblock::domains::publication_test
