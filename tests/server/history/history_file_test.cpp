#include "core/history/entry.hpp"
#include "core/history/question.hpp"
#include "server/history/history_file.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/temporary_folder.hpp"

#include <chrono>
#include <cstddef>
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

TEST_CASE(
    "history_files: each by itself, the newest first, as far as is wanted",
    "[history]") {
  const testing::temporary_folder folder;
  const std::string path = folder / "h";
  put(path + ".7", "one\ntwo\n");
  put(path + ".1", "three\n\nfour\nfive");
  put(path, "six\n");
  server::history_files files{path};
  REQUIRE(files.count() == 3);
  std::string all;
  const auto read = [&](std::size_t number, std::string_view last) {
    files.read(number, [&](std::string_view line) {
      (all += line) += '|';
      return line != last;
    });
    (all += '/');
  };
  fs::rename(path, path + ".0"); // those are open
  for (std::size_t number = 0; number < 3; ++number)
    read(number, "four");
  read(2, "one"); // once more, from its beginning
  CHECK(all == "six|/three|four|/one|two|/one|/");
  CHECK_FALSE(files.trouble());
  CHECK(server::history_files{folder / "none"}.count() == 0);
}

TEST_CASE(
    "history_files: older ones are asked only where the newer ones are not "
    "enough",
    "[history]") {
  const testing::temporary_folder folder;
  const std::string path = folder / "h";
  const auto line = [](int second) {
    return history::to_line(
        {.at = std::chrono::sys_seconds{std::chrono::seconds{second}},
         .what = history::happening::changed,
         .listing = "a.example"});
  };
  put(path + ".2", "torn\n" + line(1) + line(2));
  put(path + ".1", line(3) + line(4));
  put(path, line(5) + line(6));
  for (const std::size_t enough : {1U, 2U, 3U, 7U}) {
    server::history_files files{path};
    std::string found;
    history::inquiry inquiry{*history::question::about("a.example"),
                             [&found](const history::entry& each) {
                               found += std::to_string(
                                   each.at.time_since_epoch().count());
                             }};
    server::inquire_backwards(files, inquiry,
                              [&] { return found.size() >= enough; });
    CHECK(found == std::string{"563412"}.substr(0, (enough + 1) / 2 * 2));
    CHECK(server::begin_of(files) ==
          std::chrono::sys_seconds{std::chrono::seconds{1}});
  }
  server::history_files none{folder / "none"};
  CHECK_FALSE(server::begin_of(none));
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
