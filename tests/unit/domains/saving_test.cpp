#include "core/domains/saving.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/steps.hpp"

using namespace std::chrono_literals;

namespace spfblock::domains::saving_test {
namespace {

using testing::act;
using testing::nothing;
using testing::wake_at;

constexpr moment start{1h};

/// Ages alone are saved an hour later.
saving hourly() {
  saving made;
  made.keep(16h);
  return made;
}

} // namespace

TEST_CASE(
    "saving: a burst of changes is one file, five seconds after the first",
    "[domains][saving]") {
  saving state = hourly();
  CHECK(state.noted(true, start) == wake_at(start + 5s));
  CHECK(state.noted(true, start + 1s) == nothing);
  CHECK(state.noted(false, start + 2s) == nothing);
  CHECK(state.woken(start + 5s) == act);
  state.saved(1000);
  CHECK(state.noted(true, start + 6s) == wake_at(start + 11s));
}

TEST_CASE("saving: a large state is saved less often", "[domains][saving]") {
  struct row {
    std::size_t octets;
    std::chrono::seconds delay;
  };
  constexpr std::size_t mib = 1U << 20U;
  const row rows[] = {{0, 5s},         {11 * mib, 5s},   {12 * mib, 6s},
                      {53 * mib, 26s}, {120 * mib, 60s}, {256 * mib, 60s}};
  for (const auto& [octets, delay] : rows) {
    CAPTURE(octets);
    saving state = hourly();
    REQUIRE(state.noted(true, start) == wake_at(start + 5s));
    REQUIRE(state.woken(start + 5s) == act);
    state.saved(octets);
    CHECK(state.noted(true, start + 6s) == wake_at(start + 6s + delay));
    CHECK(state.woken(start + 6s + delay) == act);
    state.saved(1000); // it is small again
    CHECK(state.noted(true, start + 2min) == wake_at(start + 2min + 5s));
  }
}

TEST_CASE("saving: ages alone are saved now and then, by how long networks are "
          "kept",
          "[domains][saving]") {
  struct row {
    std::chrono::seconds keep_stale;
    std::chrono::seconds delay;
  };
  const row rows[] = {
      {0s, 60s},     {16s, 60s},       {16min, 60s},         {16min + 16s, 61s},
      {16h, 1h},     {24h, 90min},     {96h - 16s, 6h - 1s}, {96h, 6h},
      {24h * 7, 6h}, {24h * 3650, 6h},
  };
  for (const auto& [keep_stale, delay] : rows) {
    CAPTURE(keep_stale.count());
    saving state;
    state.keep(keep_stale);
    CHECK(state.noted(false, start) == wake_at(start + delay));
  }
}

TEST_CASE("saving: a change does not wait for the ages", "[domains][saving]") {
  saving state = hourly();
  CHECK(state.noted(false, start) == wake_at(start + 1h));
  CHECK(state.noted(true, start + 1min) == wake_at(start + 65s));
  CHECK(state.woken(start + 65s) == act);
  state.saved(1000);
  CHECK(state.noted(false, start + 70s) == wake_at(start + 70s + 1h));
}

TEST_CASE(
    "saving: a change close to the moment for the ages is saved with them",
    "[domains][saving]") {
  saving state = hourly();
  REQUIRE(state.noted(false, start) == wake_at(start + 1h));
  CHECK(state.noted(true, start + 1h - 5s) == nothing);
  CHECK(state.noted(true, start + 1h - 6s) == wake_at(start + 1h - 1s));
}

TEST_CASE("saving: what changed while the state is saved is saved afterwards",
          "[domains][saving]") {
  saving state = hourly();
  REQUIRE(state.noted(true, start) == wake_at(start + 5s));
  REQUIRE(state.woken(start + 5s) == act);
  CHECK(state.noted(true, start + 6s) == wake_at(start + 11s));

  SECTION("if that has ended by then") {
    state.saved(1000);
    CHECK(state.woken(start + 11s) == act);
  }
  SECTION("if not, five seconds later: never two at a time") {
    CHECK(state.woken(start + 11s) == wake_at(start + 16s));
    CHECK(state.woken(start + 16s) == wake_at(start + 21s));
    state.saved(1000);
    CHECK(state.woken(start + 21s) == act);
  }
}

TEST_CASE("saving: a failure is tried again after a minute, or with a change",
          "[domains][saving]") {
  saving state = hourly();
  REQUIRE(state.noted(true, start) == wake_at(start + 5s));
  REQUIRE(state.woken(start + 5s) == act);

  SECTION("again and again") {
    CHECK(state.failed(start + 6s) == wake_at(start + 66s));
    CHECK(state.woken(start + 66s) == act);
    CHECK(state.failed(start + 67s) == wake_at(start + 127s));
  }
  SECTION("a change before") {
    CHECK(state.noted(true, start + 6s) == wake_at(start + 11s));
    CHECK(state.failed(start + 7s) == nothing);
    CHECK(state.woken(start + 11s) == act);
  }
  SECTION("a change after") {
    CHECK(state.failed(start + 6s) == wake_at(start + 66s));
    CHECK(state.noted(true, start + 7s) == wake_at(start + 12s));
  }
}

TEST_CASE("saving: a state that is not kept is not saved",
          "[domains][saving]") {
  saving state;
  CHECK(state.noted(true, start) == nothing);
  CHECK(state.noted(false, start) == nothing);

  state.keep(16h);
  REQUIRE(state.noted(true, start) == wake_at(start + 5s));
  state.keep(std::nullopt);
  CHECK(state.noted(true, start + 1s) == nothing);
  CHECK(state.woken(start + 5s) == nothing);

  state.keep(16h);
  CHECK(state.noted(true, start + 6s) == wake_at(start + 11s));
  CHECK(state.woken(start + 11s) == act);
}

} // namespace spfblock::domains::saving_test
