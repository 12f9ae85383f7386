#include "server/system/unique_task.hpp"
#include "tests/support/catch.hpp"

#include <memory>
#include <type_traits>
#include <utility>

namespace unique_task_test {

using spfblock::server::unique_task;

TEST_CASE("unique_task: holds what can only be moved, until it is gone itself",
          "[server][unique_task]") {
  const auto shown = std::make_shared<int>(0);
  {
    unique_task first = [held = std::make_unique<std::shared_ptr<int>>(shown)] {
      ++**held;
    };
    unique_task second = std::move(first);
    CHECK(*shown == 0);
    second();
    CHECK(*shown == 1);
    CHECK(shown.use_count() == 2);
  }
  CHECK(shown.use_count() == 1);
  STATIC_REQUIRE_FALSE(std::is_copy_constructible_v<unique_task>);
}

TEST_CASE("unique_task: what it calls may change what it holds",
          "[server][unique_task]") {
  int counted = 0;
  unique_task task = [&counted, by = 1]() mutable { counted += by++; };
  task();
  task();
  CHECK(counted == 3);
}

} // namespace unique_task_test
