#include "core/support/fair_queue.hpp"
#include "tests/support/catch.hpp"

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace spfblock::fair_queue_test {
namespace {

/// Askers are letters, jobs are numbers.
using queue = fair_queue<char, int>;

void push_many(queue& line, char by, int jobs) {
  for (int i = 1; i <= jobs; ++i)
    line.push(by, i);
}

/// All turns that can be had now: "a1 b1 a2".
std::string take_all(queue& line) {
  std::string text;
  while (const auto turn = line.take()) {
    text += text.empty() ? "" : " ";
    text += turn->by;
    text += std::to_string(turn->job);
  }
  return text;
}

} // namespace

TEST_CASE("fair_queue: one asker alone gets a ninth of the places, in order",
          "[support][fair_queue]") {
  queue line{27};
  CHECK(take_all(line).empty());
  push_many(line, 'a', 300);
  CHECK(take_all(line) == "a1 a2 a3");
  line.release('a');
  CHECK(take_all(line) == "a4");
}

TEST_CASE("fair_queue: a newcomer finds a place free, behind how many others",
          "[support][fair_queue]") {
  const auto [places, others] =
      GENERATE(std::pair{2, 1}, std::pair{16, 11}, std::pair{256, 33});
  fair_queue<int, int> line{static_cast<std::size_t>(places)};
  for (int by = 0; by <= others; ++by) {
    line.push(by, 0);
    const auto first = line.take();
    REQUIRE(first);
    CHECK(first->by == by);
    for (int i = 1; i < 300; ++i)
      line.push(by, i);
    while (line.take()) {
    }
  }
}

TEST_CASE("fair_queue: a place that becomes free goes to who holds the fewest",
          "[support][fair_queue]") {
  queue line{27};
  push_many(line, 'a', 300);
  REQUIRE(take_all(line) == "a1 a2 a3");
  push_many(line, 'b', 2);
  REQUIRE(take_all(line) == "b1 b2");
  push_many(line, 'b', 300);
  REQUIRE(take_all(line) == "b1"); // three each, 21 free
  line.release('a');
  line.release('a');
  CHECK(take_all(line) == "a4 a5");
  line.release('a');
  line.release('a');
  line.release('b');
  CHECK(take_all(line) == "a6 b2 a7");
}

TEST_CASE("fair_queue: askers take turns", "[support][fair_queue]") {
  queue line{100};
  push_many(line, 'a', 3);
  push_many(line, 'b', 1);
  push_many(line, 'c', 2);
  CHECK(take_all(line) == "a1 b1 c1 a2 c2 a3");
}

TEST_CASE("fair_queue: where askers are more than places, none is passed over",
          "[support][fair_queue]") {
  queue line{2};
  for (const char by : {'a', 'b', 'c', 'd'})
    push_many(line, by, 2);
  CHECK(take_all(line) == "a1 b1");
  line.release('a');
  CHECK(take_all(line) == "c1");
  line.release('b');
  CHECK(take_all(line) == "d1");
  line.release('c');
  CHECK(take_all(line) == "a2");
  line.release('d');
  CHECK(take_all(line) == "b2");
}

TEST_CASE("fair_queue: three turns of four are for what was begun",
          "[support][fair_queue]") {
  queue line{100};
  for (const char by : {'a', 'b', 'c'})
    line.push(by, 1);
  for (const char by : {'p', 'q', 'r', 's'})
    line.push(by, 1, true);
  line.push('p', 2);
  CHECK(take_all(line) == "a1 p1 q1 r1 b1 s1 p2 c1");
}

TEST_CASE("fair_queue: what was begun gets no place that must be left free",
          "[support][fair_queue]") {
  queue line{9};
  for (int job = 1; job <= 4; ++job)
    line.push('p', job, true);
  CHECK(take_all(line) == "p1");
  line.push('a', 1);
  line.push('b', 1);
  CHECK(take_all(line) == "a1 b1");
  line.release('p');
  CHECK(take_all(line) == "p2");
}

TEST_CASE("fair_queue: one place is enough for all, one after the other",
          "[support][fair_queue]") {
  queue line{1};
  push_many(line, 'a', 2);
  push_many(line, 'b', 1);
  CHECK(take_all(line) == "a1");
  line.release('a');
  CHECK(take_all(line) == "b1");
  line.release('b');
  CHECK(take_all(line) == "a2");
}

TEST_CASE("fair_queue: never gives more places than there are, and all in the "
          "end, whatever happens",
          "[support][fair_queue][random]") {
  std::uint32_t state = 1;
  const auto random = [&](std::uint32_t below) {
    state = state * 1664525U + 1013904223U;
    return (state >> 16U) % below;
  };
  for (int round = 0; round < 50; ++round) {
    const std::size_t places = 1 + random(12);
    queue line{places};
    std::vector<char> holding;
    int waiting = 0;
    for (int i = 0; i < 2000 || waiting > 0 || !holding.empty(); ++i) {
      REQUIRE(i < 20000);
      if (i < 2000 && random(3) == 0) {
        line.push(static_cast<char>('a' + random(10)), i, random(2) == 0);
        ++waiting;
      } else if (const auto turn =
                     random(2) == 0 ? line.take() : std::nullopt) {
        holding.push_back(turn->by);
        --waiting;
      } else if (!holding.empty()) {
        const std::size_t which =
            random(static_cast<std::uint32_t>(holding.size()));
        line.release(holding[which]);
        holding.erase(holding.begin() + static_cast<std::ptrdiff_t>(which));
      }
      REQUIRE(holding.size() <= places);
    }
    REQUIRE_FALSE(line.take());
  }
}

} // namespace spfblock::fair_queue_test
