#include "core/json/closest_word.hpp"
#include "tests/support/catch.hpp"

#include <string>

namespace closest_word_test {

using spfblock::json::closest_word;

TEST_CASE("closest_word finds what was meant, or nothing",
          "[json][closest_word]") {
  const std::vector<std::string_view> known{"timeout", "attempts", "log",
                                            "hits", "in_flight"};
  CHECK(closest_word("atempts", known) == "attempts");
  CHECK(closest_word("attemptss", known) == "attempts");
  CHECK(closest_word("attemtps", known) == "attempts");
  CHECK(closest_word("ATTEMPTS", known) == "attempts");
  CHECK(closest_word("tiemuot", known) == "timeout");
  CHECK(closest_word("inflight", known) == "in_flight");
  CHECK(closest_word("in-flight", known) == "in_flight");
  CHECK(closest_word("logs", known) == "log");
  CHECK(closest_word("lag", known) == "log");
  CHECK_FALSE(closest_word("hat", known));
  CHECK_FALSE(closest_word("tmt", known));
  CHECK_FALSE(closest_word("", known));
  CHECK_FALSE(closest_word(std::string(1'000'000, 'a'), known));
  CHECK_FALSE(closest_word("timeout", {}));
}

} // namespace closest_word_test
