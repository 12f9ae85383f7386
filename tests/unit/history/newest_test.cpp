#include "core/history/entry.hpp"
#include "core/history/newest.hpp"
#include "tests/support/catch.hpp"

#include <chrono>
#include <string>
#include <vector>

namespace newest_test {

using namespace spfblock;
using history::newest;

history::entry entry_at(int second) {
  return {.at = std::chrono::sys_seconds{std::chrono::seconds{second}},
          .what = history::happening::changed,
          .listing = "a.example"};
}

/// "3 4 5", and " ..." where there are more.
std::string told(const newest& of) {
  std::string made;
  const std::string document = of.document({}, 0);
  const std::string before = "{\"at\":";
  for (std::size_t at = document.find(before); at != std::string::npos;
       at = document.find(before, at + 1)) {
    const auto begin = at + before.size();
    made += (made.empty() ? "" : " ") +
            document.substr(begin, document.find(',', begin) - begin);
  }
  return made +
         (document.find("\"more\":true") == std::string::npos ? "" : " ...");
}

/// Of parts, the newest first.
std::string told_of(std::size_t most, const std::vector<std::vector<int>>& of) {
  newest kept{most};
  for (const auto& part : of) {
    kept.turn_back();
    for (const int each : part)
      kept.add(entry_at(each));
  }
  return told(kept);
}

TEST_CASE("newest: the last entries, the oldest of them first",
          "[history][newest]") {
  CHECK(told_of(3, {}).empty());
  CHECK(told_of(3, {{1, 2}}) == "1 2");
  CHECK(told_of(3, {{1, 2, 3}}) == "1 2 3");
  CHECK(told_of(3, {{1, 2, 3, 4, 5}}) == "3 4 5 ...");
  CHECK(told_of(1, {{1, 2}}) == "2 ...");
}

TEST_CASE("newest: parts before the last fill what room is left",
          "[history][newest]") {
  CHECK(told_of(3, {{5}, {1, 2, 3, 4}}) == "3 4 5 ...");
  CHECK(told_of(3, {{5}, {4}, {}, {3}}) == "3 4 5");
  CHECK(told_of(3, {{5}, {4}, {}, {3}, {1, 2}}) == "3 4 5 ...");
  CHECK(told_of(3, {{3, 4, 5}, {}}) == "3 4 5");
  CHECK(told_of(3, {{3, 4, 5}, {1, 2}}) == "3 4 5 ...");
}

TEST_CASE("newest: is full as soon as something older is left out",
          "[history][newest]") {
  newest kept{2};
  kept.add(entry_at(4));
  kept.add(entry_at(5));
  kept.turn_back();
  CHECK_FALSE(kept.is_full()); // there may be nothing older
  kept.add(entry_at(3));
  CHECK(kept.is_full());
  CHECK(told(kept) == "4 5 ...");
}

TEST_CASE("newest: what is kept is bounded by octets, too, but for the last",
          "[history][newest]") {
  newest kept{1000};
  for (int i = 0; i < 4; ++i) {
    auto large = entry_at(i);
    large.comment.assign(newest::most_octets / 2 - 500, 'x');
    kept.add(large);
    if (i == 1)
      kept.turn_back();
  }
  CHECK(told(kept) == "0 1 ...");
  newest one{1000};
  auto huge = entry_at(7);
  huge.comment.assign(newest::most_octets + 1, 'x');
  one.add(huge);
  CHECK(told(one) == "7");
  one.turn_back();
  one.add(entry_at(6));
  CHECK(told(one) == "7 ...");
}

} // namespace newest_test
