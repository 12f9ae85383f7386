#include "server/serving/rush.hpp"
#include "tests/support/catch.hpp"

#include <chrono>
#include <cstddef>
#include <optional>

namespace rush_test {

using spfblock::server::rush;
using std::chrono::microseconds;

namespace {

/// Batches that come at moments of the test's making.
struct fixture {
  /// The next batch, `later` than the one before.
  std::optional<microseconds> batch(std::size_t size, microseconds later) {
    now += later;
    return tested.after(size, now);
  }

  /// How many questions, one by one, come before the first rest; most + 1: none
  /// does.
  std::size_t questions_before_rest(microseconds between, std::size_t most) {
    for (std::size_t i = 1; i <= most; ++i)
      if (batch(1, between))
        return i;
    return most + 1;
  }

  rush tested;
  rush::moment now{std::chrono::hours{1}};
};

constexpr microseconds fast = rush::rest / 2;

} // namespace

TEST_CASE("rush: where questions come no faster than one in a rest none waits",
          "[server][rush]") {
  fixture f;
  const std::size_t many = 100 * rush::least_looked_at;
  CHECK(f.questions_before_rest(rush::rest, many) == many + 1);
}

TEST_CASE("rush: begins where they come faster", "[server][rush]") {
  fixture f;
  const std::size_t before =
      f.questions_before_rest(fast, 3 * rush::least_looked_at);
  CHECK(before > rush::least_looked_at); // the first ones came after an hour
  CHECK(before <= 2 * rush::least_looked_at);
  CHECK(f.batch(5, rush::rest) == rush::rest);
}

TEST_CASE("rush: after a large batch there is no rest", "[server][rush]") {
  fixture f;
  f.questions_before_rest(fast, 3 * rush::least_looked_at);
  CHECK(f.batch(rush::enough, rush::rest) == microseconds{0});
  CHECK(f.batch(2 * rush::enough, microseconds{5}) == microseconds{0});
  CHECK(f.batch(rush::enough - 1, microseconds{5}) == rush::rest);
}

TEST_CASE("rush: ends after two rests in a row that brought few questions",
          "[server][rush]") {
  fixture f;
  f.questions_before_rest(fast, 3 * rush::least_looked_at);
  const std::size_t size = GENERATE(std::size_t{0}, rush::worth_it - 1);
  CHECK(f.batch(size, rush::rest) == rush::rest);
  CHECK(f.batch(rush::worth_it, rush::rest) == rush::rest);
  CHECK(f.batch(size, rush::rest) == rush::rest);
  CHECK(f.batch(size, rush::rest) == std::nullopt);
  CHECK(f.batch(1, rush::rest) == std::nullopt);
}

TEST_CASE("rush: who asks one question after the other, however fast, waits "
          "less and less often",
          "[server][rush]") {
  fixture f;
  f.questions_before_rest(fast, 3 * rush::least_looked_at);
  std::size_t last = 0;
  for (std::size_t expected = 2 * rush::least_looked_at;
       expected <= rush::most_looked_at; expected *= 2) {
    REQUIRE(f.batch(1, rush::rest));
    REQUIRE_FALSE(f.batch(1, rush::rest));
    last = f.questions_before_rest(fast, 2 * rush::most_looked_at);
    CHECK(last == expected);
  }
  CHECK(last == rush::most_looked_at);
  f.batch(1, rush::rest);
  f.batch(1, rush::rest);
  CHECK(f.questions_before_rest(fast, 2 * rush::most_looked_at) ==
        rush::most_looked_at);
}

TEST_CASE(
    "rush: a rest that brought several makes it begin as soon as at first",
    "[server][rush]") {
  fixture f;
  f.questions_before_rest(fast, 3 * rush::least_looked_at);
  for (int i = 0; i < 2; ++i) {
    f.batch(1, rush::rest);
    f.batch(1, rush::rest);
    f.questions_before_rest(fast, rush::most_looked_at);
  }
  f.batch(rush::worth_it, rush::rest);
  f.batch(1, rush::rest);
  f.batch(1, rush::rest);
  CHECK(f.questions_before_rest(fast, rush::most_looked_at) ==
        2 * rush::least_looked_at);
}

} // namespace rush_test
