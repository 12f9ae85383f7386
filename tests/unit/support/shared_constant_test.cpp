#include "core/support/shared_constant.hpp"
#include "tests/support/catch.hpp"

#include <string>
#include <utility>
#include <vector>

namespace shared_constant_test {

using namespace spfblock;
using text = shared_constant<std::string>;
using numbers = shared_constant<std::vector<int>>;

TEST_CASE("shared_constant: takes a pointer, and nothing else where it is T{}",
          "[support][shared_constant]") {
  CHECK(sizeof(text) == sizeof(void*));
  CHECK(text {} -> empty());
  CHECK(text{std::string{}}.is_shared_with(text{}));
  CHECK(&*text{} == &*text{std::string{}});
}

TEST_CASE("shared_constant: is taken as its value is",
          "[support][shared_constant]") {
  text one = std::string{"one"};
  CHECK(*one == "one");
  CHECK(one->size() == 3);
  CHECK(one == std::string{"one"});
  CHECK(one == text{std::string{"one"}});
  CHECK(one != text{});
  const std::string& value = one;
  CHECK(&value == &*one);
  const text before = std::exchange(one, std::string{"two"});
  CHECK(*before == "one");
  CHECK(*one == "two");
  const text taken = std::move(one);
  CHECK(*taken == "two");
  CHECK(one->empty()); // NOLINT(bugprone-use-after-move): that is the contract
}

TEST_CASE("shared_constant: copies share the value until one is edited",
          "[support][shared_constant]") {
  numbers one = std::vector<int>{1, 2};
  const numbers two = one;
  CHECK(two.is_shared_with(one));
  CHECK(&*two == &*one);
  one.edit().push_back(3);
  CHECK_FALSE(two.is_shared_with(one));
  CHECK(*two == std::vector<int>{1, 2});
  CHECK(*one == std::vector<int>{1, 2, 3});
  numbers none;
  none.edit().push_back(4);
  CHECK(numbers {} -> empty());
}

TEST_CASE("shared_with: what has the same value is one in memory",
          "[support][shared_constant]") {
  const numbers one = std::vector<int>{1};
  const numbers two = std::vector<int>{2};
  const numbers also_two = std::vector<int>{2};
  const auto found = shared_with(std::vector<int>{2}, one, two, also_two);
  CHECK(found.is_shared_with(two));
  CHECK_FALSE(found.is_shared_with(also_two));
  CHECK(shared_with(std::vector<int>{1}, one).is_shared_with(one));
  const auto other = shared_with(std::vector<int>{3}, one, two);
  CHECK(*other == std::vector<int>{3});
  CHECK(*shared_with(std::vector<int>{4}) == std::vector<int>{4});
}

} // namespace shared_constant_test
