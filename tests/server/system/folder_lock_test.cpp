#include "server/system/folder_lock.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/temporary_folder.hpp"

#include <optional>
#include <string>
#include <thread>
#include <utility>

namespace folder_lock_test {

using namespace spfblock;
using namespace spfblock::server;
using namespace std::chrono_literals;

TEST_CASE("a folder has one holder at a time", "[folder_lock]") {
  const testing::temporary_folder folder;
  const std::string name = folder / ".";
  auto first = folder_lock::take(name, 0ms);
  REQUIRE(first);
  const auto second = folder_lock::take(name, 30ms);
  REQUIRE_FALSE(second);
  CHECK(second.error().message ==
        "cannot lock \"" + name + "\": another process holds it");

  std::optional<folder_lock> held{*std::move(first)};
  std::thread other{[&held] {
    std::this_thread::sleep_for(50ms);
    held.reset();
  }};
  CHECK(folder_lock::take(name, 60s));
  other.join();
}

TEST_CASE("a folder that is not there is not locked", "[folder_lock]") {
  const testing::temporary_folder folder;
  const auto none = folder_lock::take(folder / "none", 0ms);
  REQUIRE_FALSE(none);
  CHECK_THAT(none.error().message,
             Catch::ContainsSubstring("No such file or directory"));
}

} // namespace folder_lock_test
