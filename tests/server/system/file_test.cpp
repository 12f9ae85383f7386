#include "server/system/file.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/temporary_folder.hpp"

#include <filesystem>
#include <fstream>
#include <string>
#include <sys/stat.h>
#include <unistd.h>

namespace file_test {

namespace fs = std::filesystem;
using namespace spfblock;
using namespace spfblock::server;

TEST_CASE("replace_file makes a file with exactly the access that is asked for",
          "[file]") {
  const testing::temporary_folder folder;
  const std::string path = folder / "a";
  const std::string fresh = folder / ".a.new";
  const auto mode = GENERATE(mode_t{0600}, mode_t{0646});
  const bool is_root = ::geteuid() == 0;
  const file_access wanted{is_root ? 12 : ::getuid(), is_root ? 34 : ::getgid(),
                           mode};
  const mode_t before = ::umask(0077);
  const auto why = replace_file(path, fresh, "text", 0640, wanted);
  ::umask(before);
  CHECK_FALSE(why);
  CHECK(*read_file(path) == "text");
  CHECK(access_of(path)->user == wanted.user);
  CHECK(access_of(path)->group == wanted.group);
  CHECK(access_of(path)->mode == mode);
  CHECK_FALSE(fs::exists(fresh));
}

TEST_CASE("access_of: of what a link leads to, and of nothing nothing",
          "[file]") {
  const testing::temporary_folder folder;
  std::ofstream{folder / "a"} << "text";
  ::chmod((folder / "a").c_str(), 0640);
  fs::create_symlink("a", folder / "link");
  const auto access = access_of(folder / "link");
  REQUIRE(access);
  CHECK(access->user == ::geteuid());
  CHECK(access->mode == 0640);
  CHECK_FALSE(access_of(folder / "b"));
}

TEST_CASE("replace_file goes on where a killed process left off", "[file]") {
  const testing::temporary_folder folder;
  const std::string path = folder / "a";
  const std::string fresh = folder / "a.new";
  std::ofstream{path} << "former";
  fs::create_symlink(folder / "elsewhere", fresh);
  CHECK_FALSE(replace_file(path, fresh, "next", 0600));
  CHECK(*read_file(path) == "next");
  CHECK_FALSE(fs::exists(folder / "elsewhere"));
}

TEST_CASE("replace_file that fails leaves the former text, and says why",
          "[file]") {
  const testing::temporary_folder folder;
  const std::string none = folder / "none/a";
  const auto why = replace_file(none, none + ".new", "text", 0600);
  REQUIRE(why);
  CHECK(why->message == "cannot write \"" + (folder / "none") +
                            "\": No such file or directory");

  const std::string path = folder / "a";
  fs::create_directory(path); // which no file replaces
  const auto other = replace_file(path, path + ".new", "text", 0600);
  REQUIRE(other);
  CHECK_THAT(other->message, Catch::StartsWith("cannot write \"" + path));
  CHECK_FALSE(fs::exists(path + ".new"));
}

} // namespace file_test
