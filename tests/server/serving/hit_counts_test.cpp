// Tests also: listing_numbers.
#include "server/refresh/listing_numbers.hpp"
#include "server/serving/hit_counts.hpp"
#include "tests/support/catch.hpp"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <thread>
#include <vector>

namespace hit_counts_test {

using namespace spfblock;
using namespace spfblock::server;

TEST_CASE("hit_counts: each number counts by itself, in any order",
          "[server][hit_counts]") {
  hit_counts hits;
  CHECK(hits.of(0) == 0);
  CHECK(hits.of(4'000'000'000) == 0);
  for (const std::uint32_t number : {9U, 0U, 9U, 100'000U, 7U, 8U, 9U})
    hits.add(number);
  CHECK(hits.of(0) == 1);
  CHECK(hits.of(7) == 1);
  CHECK(hits.of(8) == 1);
  CHECK(hits.of(9) == 3);
  CHECK(hits.of(10) == 0);
  CHECK(hits.of(100'000) == 1);
}

TEST_CASE("hit_counts: are read while they are counted and grow",
          "[server][hit_counts]") {
  constexpr std::uint32_t numbers = 5000;
  hit_counts hits;
  std::atomic<bool> done = false;
  std::thread counting{[&] {
    for (std::uint32_t i = 0; i < numbers; ++i) {
      hits.add(i);
      hits.add(0);
    }
    done = true;
  }};
  std::uint64_t last = 0;
  bool never_less = true;
  while (!done) {
    const std::uint64_t now = hits.of(0);
    never_less = never_less && now >= last;
    last = now;
  }
  counting.join();
  CHECK(never_less);
  CHECK(hits.of(0) == numbers + 1);
  CHECK(hits.of(numbers - 1) == 1);
}

TEST_CASE("hit_counts: a number has its own place, at the ends of segments too",
          "[server][hit_counts]") {
  std::vector<std::uint32_t> numbers{0};
  for (std::uint32_t end = 64; end < 200'000; end = 2 * end + 64)
    for (const std::uint32_t each : {end - 1, end})
      numbers.push_back(each);
  hit_counts hits;
  for (std::size_t i = 0; i < numbers.size(); ++i)
    for (std::size_t times = 0; times <= i; ++times)
      hits.add(numbers[i]);
  for (std::size_t i = 0; i < numbers.size(); ++i)
    CHECK(hits.of(numbers[i]) == i + 1);
  CHECK(hits.of(100'000) == 0);
  CHECK(hits.of(~std::uint32_t{0}) == 0);
}

namespace {

std::vector<std::uint32_t> numbered(listing_numbers& by,
                                    const std::vector<const char*>& names,
                                    std::size_t by_hand = 0) {
  const auto action = *table::action::parse("REJECT");
  std::vector<table::listing> listings;
  for (const char* name : names)
    listings.push_back({name, action, {}});
  by.give(listings, by_hand);
  std::vector<std::uint32_t> numbers;
  for (const auto& each : listings)
    numbers.push_back(each.counter);
  return numbers;
}

using numbers = std::vector<std::uint32_t>;

} // namespace

TEST_CASE("listing_numbers: a domain keeps its number for good",
          "[server][listing_numbers]") {
  listing_numbers by;
  CHECK(numbered(by, {"a.example", "b.example"}) == numbers{1, 2});
  CHECK(numbered(by, {"c.example", "b.example"}) == numbers{3, 2});
  CHECK(numbered(by, {"a.example"}) == numbers{1});
  CHECK(by.find("c.example") == 3U);
  CHECK_FALSE(by.find("d.example"));
}

TEST_CASE("listing_numbers: networks by hand have numbers as domains have",
          "[server][listing_numbers]") {
  listing_numbers by;
  CHECK(numbered(by, {"192.0.2.0/24", "192.0.2.1", "a.example"}, 2) ==
        numbers{1, 2, 3});
  CHECK(by.find("192.0.2.1") == 2U);
}

} // namespace hit_counts_test
