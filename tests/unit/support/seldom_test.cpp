#include "core/support/seldom.hpp"
#include "tests/support/catch.hpp"

#include <optional>
#include <string>
#include <utility>

namespace seldom_test {

using namespace spfblock;

TEST_CASE("seldom: takes no more than a pointer where nothing is there",
          "[support][seldom]") {
  struct large {
    char octets[1000];
  };
  CHECK(sizeof(seldom<large>) == sizeof(void*));
  CHECK_FALSE(seldom<large>{});
  CHECK_FALSE(seldom<large>{std::nullopt}.has_value());
}

TEST_CASE("seldom: is taken as std::optional is", "[support][seldom]") {
  seldom<std::string> one{std::string{"one"}};
  REQUIRE(one);
  CHECK(*one == "one");
  CHECK(one->size() == 3);
  const auto before = std::exchange(one, std::nullopt);
  CHECK_FALSE(one);
  CHECK(before == seldom<std::string>{std::string{"one"}});
  CHECK(before != one);
  one = std::optional<std::string>{"two"};
  CHECK(*one == "two");
  one = std::optional<std::string>{};
  CHECK(one == seldom<std::string>{});
  CHECK(one.emplace("three") == "three");
}

TEST_CASE("seldom: copies share nothing", "[support][seldom]") {
  seldom<std::string> one{std::string{"one"}};
  const seldom<std::string> copy = one;
  *one += '!';
  CHECK(*copy == "one");
  CHECK(copy != one);
  const std::string* const held = &*one;
  const seldom<std::string> moved = std::move(one);
  CHECK(&*moved == held);
}

} // namespace seldom_test
