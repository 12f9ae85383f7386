#include "server/history/history_file.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/temporary_folder.hpp"

#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

namespace history_file_test {

using namespace spfblock;
namespace fs = std::filesystem;
using server::history_file;

/// The lines of a history, each ended by a bar.
std::string lines_of(const std::string& path) {
  std::string all;
  server::read_history(path,
                       [&all](std::string_view line) { (all += line) += '|'; });
  return all;
}

void put(const std::string& path, const std::string& text) {
  std::ofstream{path, std::ios::binary} << text;
}

TEST_CASE("history_file: lines are read in the order in which they were added",
          "[history]") {
  const testing::temporary_folder folder;
  const std::string path = folder / "h";
  CHECK(server::read_history(path, [](std::string_view) {}).files == 0);
  {
    history_file file{path};
    CHECK_FALSE(file.append("one\ntwo\n"));
    CHECK_FALSE(file.append("three\n"));
  }
  CHECK_FALSE(history_file{path}.append("four\n"));
  CHECK(lines_of(path) == "one|two|three|four|");
}

TEST_CASE("history_file: a full file makes room, the oldest goes",
          "[history]") {
  const testing::temporary_folder folder;
  const std::string path = folder / "h";
  history_file file{path, {.octets = 10, .former = 2}};
  for (const char* line : {"1_______\n", "2_______\n", "3_______\n"})
    CHECK_FALSE(file.append(line));
  CHECK(lines_of(path) == "1_______|2_______|3_______|");
  CHECK_FALSE(file.append("4_______\n"));
  CHECK(lines_of(path) == "2_______|3_______|4_______|");
  CHECK_FALSE(fs::exists(path + ".3"));

  fs::remove(path + ".1"); // one that lacks is passed over, and comes back
  CHECK(lines_of(path) == "2_______|4_______|");
  CHECK_FALSE(file.append("5_______\n"));
  CHECK(lines_of(path) == "2_______|4_______|5_______|");
}

TEST_CASE("history_file: behind a torn line stands a whole one", "[history]") {
  const testing::temporary_folder folder;
  const std::string path = folder / "h";
  put(path, "one\ntor");
  CHECK_FALSE(history_file{path}.append("two\n"));
  CHECK(lines_of(path) == "one|tor|two|");
}

TEST_CASE("history_file: a line that is too long is left out, whatever it is",
          "[history]") {
  const testing::temporary_folder folder;
  const std::string path = folder / "h";
  put(path, "one\n" + std::string(std::size_t{5} << 20U, '\0') + "\ntwo");
  CHECK(lines_of(path) == "one|two|");
}

TEST_CASE("history_file: one process adds, and what is no file is left alone",
          "[history]") {
  const testing::temporary_folder folder;
  const std::string path = folder / "h";
  history_file first{path};
  CHECK_FALSE(first.append("one\n"));
  history_file second{path};
  const auto refused = second.append("two\n");
  REQUIRE(refused);
  CHECK(refused->message.find("another spfblock writes") == 0);
  CHECK(lines_of(path) == "one|");

  fs::remove(path); // somebody cleans up: another file is made
  CHECK_FALSE(first.append("three\n"));
  CHECK(lines_of(path) == "three|");

  fs::create_directory(folder / "d");
  CHECK(history_file{folder / "d"}.append("four\n"));
  put(folder / "t", "");
  fs::create_symlink(folder / "t", folder / "l");
  CHECK(history_file{folder / "l"}.append("five\n"));
}

TEST_CASE("history_file: where the disk is full nothing is half written",
          "[history]") {
  CHECK(history_file{"/dev/full"}.append("one\n"));
}

} // namespace history_file_test
