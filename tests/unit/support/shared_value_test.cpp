#include "core/support/shared_value.hpp"
#include "tests/support/catch.hpp"

#include <string>
#include <utility>

namespace shared_value_test {

using namespace spfblock;

TEST_CASE("shared_value: copies share one object until one is edited",
          "[support][shared_value]") {
  shared_value one{std::string{"one"}};
  const shared_value copy = one;
  CHECK(&*copy == &*one);

  one.edit() += " and more";
  CHECK(*one == "one and more");
  CHECK(*copy == "one");
}

TEST_CASE("shared_value: what was never copied is edited in place",
          "[support][shared_value]") {
  shared_value one{std::string{"one"}};
  const std::string* const held = &*one;
  one.edit() += '!';
  CHECK(&*one == held);

  const shared_value copy = one;
  one.edit() += '!';
  const std::string* const own = &*one;
  CHECK(own != held);
  one.edit() += '!';
  CHECK(&*one == own);
  CHECK(*copy == "one!");
}

TEST_CASE("shared_value: a copy may be edited as well",
          "[support][shared_value]") {
  const shared_value one{std::string{"one"}};
  shared_value copy = one;
  copy.edit() = "another";
  shared_value<std::string> third;
  third = copy;
  third.edit() = "third";
  CHECK(*one == "one");
  CHECK(*copy == "another");
  CHECK(*third == "third");
}

} // namespace shared_value_test
