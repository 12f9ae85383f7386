#include "core/domains/file_upkeep.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/steps.hpp"

#include <optional>
#include <random>

using namespace std::chrono_literals;

namespace file_upkeep_test {

using namespace spfblock;
using domains::file_upkeep;
using testing::act;
using testing::nothing;
using testing::wake_at;
using outcome = file_upkeep::outcome;

constexpr moment start{1h};

TEST_CASE("a file is written at once, and then once in `every`",
          "[domains][file_upkeep]") {
  file_upkeep file{10s};
  CHECK(file.changed(start) == act);
  CHECK(file.ended(outcome::written, start + 1s) == wake_at(start + 61s));
  CHECK(file.is_current());
  CHECK(file.changed(start + 2s) == wake_at(start + 10s));
  CHECK_FALSE(file.is_current());
  CHECK(file.changed(start + 3s) == wake_at(start + 10s));
  CHECK(file.woken(start + 9s) == wake_at(start + 10s));
  CHECK(file.woken(start + 10s) == act);
  CHECK(file.ended(outcome::written, start + 10s) == wake_at(start + 70s));
  CHECK(file.changed(start + 21s) == act);
}

TEST_CASE("what changes while it is written is written then",
          "[domains][file_upkeep]") {
  file_upkeep file{10s};
  CHECK(file.changed(start) == act);
  CHECK(file.changed(start + 1s) == nothing);
  CHECK(file.ended(outcome::written, start + 2s) == wake_at(start + 10s));
  CHECK_FALSE(file.is_current());
  CHECK(file.woken(start + 10s) == act);
  CHECK(file.changed(start + 11s) == nothing);
  CHECK(file.ended(outcome::written, start + 30s) == act);
}

TEST_CASE("a table that says the same is no write: the next one waits for none",
          "[domains][file_upkeep]") {
  file_upkeep file{1h};
  CHECK(file.changed(start) == act);
  CHECK(file.ended(outcome::same, start + 1s) == wake_at(start + 61s));
  CHECK(file.is_current());
  CHECK(file.changed(start + 2s) == act);
}

TEST_CASE("a file is looked at each minute, for others may remove it",
          "[domains][file_upkeep]") {
  file_upkeep file{10s};
  CHECK(file.changed(start) == act);
  CHECK(file.ended(outcome::written, start) == wake_at(start + 60s));
  CHECK(file.woken(start + 60s) == act);
  CHECK(file.ended(outcome::same, start + 60s) == wake_at(start + 120s));
}

TEST_CASE("what failed is tried again each minute, whatever changes, and at "
          "once where a person hurries",
          "[domains][file_upkeep]") {
  file_upkeep file{1s};
  CHECK(file.changed(start) == act);
  CHECK(file.ended(outcome::failed, start) == wake_at(start + 60s));
  CHECK_FALSE(file.is_current());
  CHECK(file.changed(start + 30s) == wake_at(start + 60s));
  CHECK(file.hurried(start + 40s) == act);
  CHECK(file.hurried(start + 41s) == nothing);
  CHECK(file.ended(outcome::written, start + 41s) == wake_at(start + 101s));
  CHECK(file.hurried(start + 42s) == nothing);
}

TEST_CASE("what is early is tried a second later", "[domains][file_upkeep]") {
  file_upkeep file{10s};
  CHECK(file.changed(start) == act);
  CHECK(file.ended(outcome::early, start) == wake_at(start + 1s));
  CHECK_FALSE(file.is_current());
  CHECK(file.changed(start + 500ms) == act);
}

TEST_CASE("whatever happens, one act is under way at a time, and writes are "
          "`every` apart",
          "[domains][file_upkeep][random]") {
  std::mt19937 random{GENERATE(range(0U, 50U))};
  file_upkeep file{10s};
  moment now = start;
  moment last_write{};
  std::optional<moment> begun;
  bool wakes = false;
  const auto follow = [&](const domains::step& next) {
    if (next == act) {
      REQUIRE_FALSE(begun);
      begun = now;
    }
    wakes = wakes || next.what == domains::step::kind::wake;
    if (next.what == domains::step::kind::wake)
      CHECK(next.at > now);
  };
  follow(file.changed(now));
  for (int i = 0; i < 500; ++i) {
    now += std::chrono::seconds{random() % 7};
    switch (random() % 4) {
    case 0: follow(file.changed(now)); break;
    case 1: follow(file.woken(now)); break;
    case 2: follow(file.hurried(now)); break;
    default:
      if (begun) {
        const moment at = *begun;
        const auto how = static_cast<outcome>(random() % 4);
        if (how == outcome::written) {
          if (last_write != moment{})
            CHECK(at - last_write >= 10s);
          last_write = at;
        }
        begun.reset();
        follow(file.ended(how, now));
      }
    }
    CHECK((begun || wakes)); // it never falls asleep
  }
}

} // namespace file_upkeep_test
