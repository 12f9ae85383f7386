#include "server/system/user.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/temporary_folder.hpp"

#include <filesystem>
#include <fstream>
#include <string>
#include <unistd.h>
#include <vector>

namespace user_test {

namespace fs = std::filesystem;
using namespace spfblock::server;
using spfblock::testing::temporary_folder;

TEST_CASE("users are known by their names", "[system][user]") {
  const auto root = user_named("root");
  REQUIRE(root);
  CHECK(root->number == 0);
  CHECK_FALSE(user_named("nobody by such a name"));
}

TEST_CASE("what another user may not read is found, file or folder",
          "[system][user]") {
  if (::geteuid() != 0)
    return; // only root can become another user
  const temporary_folder folder;
  fs::permissions(folder / "", fs::perms{0755});
  fs::create_directory(folder / "inner");
  std::vector<std::string> paths;
  for (const auto* const name : {"open", "closed", "inner/open"}) {
    paths.push_back(folder / name);
    std::ofstream{paths.back()} << "text";
  }
  paths.push_back(folder / "inner");
  fs::permissions(paths[1], fs::perms{0600});
  fs::permissions(paths[3], fs::perms{0700});

  const auto found = unreadable_to({"nobody", 65534, 65534}, paths);
  REQUIRE(found);
  REQUIRE(found->size() == 3);
  CHECK((*found)[0].path == paths[1]);
  CHECK((*found)[0].reason == "Permission denied");
  CHECK((*found)[1].path == paths[2]);
  CHECK((*found)[2].path == paths[3]);
  CHECK(unreadable_to({"root", 0, 0}, paths)->empty());
  CHECK(::geteuid() == 0);
}

} // namespace user_test
