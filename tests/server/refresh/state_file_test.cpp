#include "server/refresh/state_file.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/child_process.hpp"
#include "tests/support/temporary_folder.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <sys/stat.h>
#include <thread>
#include <unistd.h>
#include <vector>

namespace state_file_test {

namespace fs = std::filesystem;
using namespace spfblock;
using server::state_file;
using testing::in_child;

namespace {

/// A text of many pages that its number determines.
std::string numbered(unsigned number) {
  std::string text = std::to_string(number) + '\n';
  text.append(1000 + number * 7919ULL % 200000,
              static_cast<char>('a' + number % 26));
  return text;
}

/// The number of such a text; nothing if it is not whole.
std::optional<unsigned> number_of(const std::string& text) {
  const auto number =
      static_cast<unsigned>(std::strtoul(text.c_str(), nullptr, 10));
  if (text != numbered(number))
    return std::nullopt;
  return number;
}

/// The text in the file, or "nothing", or the message of the failure.
std::string loaded(const state_file& from) {
  const auto text = from.load();
  if (!text)
    return text.error().message;
  return text->value_or("nothing");
}

/// "saved", or the message of the failure.
std::string saved(state_file& to, std::string_view text) {
  const auto why = to.save(text);
  return why ? why->message : "saved";
}

void write(const std::string& path, const std::string& text) {
  std::ofstream{path} << text;
}

std::string content(const std::string& path) {
  std::ifstream file{path};
  return {std::istreambuf_iterator<char>{file}, {}};
}

std::vector<std::string> names_in(const testing::temporary_folder& folder) {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator{folder.path()})
    names.push_back(entry.path().filename().string());
  std::sort(names.begin(), names.end());
  return names;
}

using names = std::vector<std::string>;

} // namespace

TEST_CASE("a state file gives back the text last saved",
          "[server][state_file]") {
  const testing::temporary_folder folder;
  state_file state{folder / "state"};
  CHECK(loaded(state) == "nothing");
  CHECK(names_in(folder).empty());
  using namespace std::string_literals;
  for (const std::string& text :
       {"{}\n"s, "longer than before"s, ""s, "a\0b\xff\r\n"s, numbered(25)}) {
    CHECK(saved(state, text) == "saved");
    CHECK(loaded(state) == text);
    CHECK(loaded(state_file{folder / "state"}) == text);
  }
  CHECK(names_in(folder) == names{"state", "state.lock"});
}

TEST_CASE("a state file without a folder in its name lies in the current one",
          "[server][state_file]") {
  const testing::temporary_folder folder;
  CHECK(in_child([&] {
          fs::current_path(folder.path());
          state_file state{"state"};
          return saved(state, "text");
        }) == "saved");
  CHECK(content(folder / "state") == "text");
}

TEST_CASE("a state file is for its owner, and for its group to read",
          "[server][state_file]") {
  const testing::temporary_folder folder;
  const auto mode = [](const std::string& path) {
    return static_cast<unsigned>(fs::status(path).permissions());
  };
  write(folder / "state", "former");
  fs::permissions(folder / "state", fs::perms{0666});
  const mode_t former = ::umask(0);
  state_file state{folder / "state"};
  CHECK(saved(state, "text") == "saved");
  CHECK(mode(folder / "state") == 0640);
  CHECK(mode(folder / "state.lock") == 0600);
  ::umask(077);
  CHECK(saved(state, "text") == "saved");
  CHECK(mode(folder / "state") == 0600);
  ::umask(former);
}

TEST_CASE("a reader sees whole texts while others are saved",
          "[server][state_file]") {
  const testing::temporary_folder folder;
  constexpr unsigned last = 200;
  state_file state{folder / "state"};
  REQUIRE(saved(state, numbered(0)) == "saved");

  std::atomic<unsigned> loads = 0;
  std::atomic<unsigned> faults = 0;
  std::thread reader{[&] {
    const state_file same{folder / "state"};
    for (unsigned number = 0; number != last && faults == 0; ++loads) {
      const auto next = number_of(loaded(same));
      if (!next || *next < number)
        ++faults;
      number = next.value_or(number);
    }
  }};
  while (loads == 0 && faults == 0)
    std::this_thread::yield();
  unsigned failed = 0;
  for (unsigned number = 1; number <= last; ++number)
    failed += saved(state, numbered(number)) == "saved" ? 0U : 1U;
  if (failed != 0)
    ++faults; // ends the reader
  reader.join();
  CHECK(failed == 0);
  CHECK(faults == 0);
  CHECK(loads > 1);
}

TEST_CASE("kill -9 at any moment leaves a whole text", "[server][state_file]") {
  const testing::temporary_folder folder;
  std::mt19937 random{1};
  std::uniform_int_distribution<int> microseconds{0, 4000};
  const state_file state{folder / "state"};
  unsigned first = 0;
  for (int round = 0; round < 50; ++round) {
    CAPTURE(round);
    testing::child_process writer{[&](const auto& send) {
      state_file own{folder / "state"};
      for (unsigned number = first;; ++number) {
        const std::string done = saved(own, numbered(number));
        if (number == first || done != "saved")
          send(done);
        if (done != "saved")
          return;
      }
    }};
    REQUIRE(writer.receive() == "saved");
    std::this_thread::sleep_for(
        std::chrono::microseconds{microseconds(random)});
    REQUIRE(writer.kill());
    const auto number = number_of(loaded(state));
    REQUIRE(number);
    REQUIRE(*number >= first);
    first = *number + 1;
  }
  CHECK(first > 50);
}

TEST_CASE("what a killed writer left does not reach the next text",
          "[server][state_file]") {
  const testing::temporary_folder folder;
  state_file state{folder / "state"};
  write(folder / "state.new", "half of a text that was longer");
  CHECK(loaded(state) == "nothing");
  CHECK(saved(state, "text") == "saved");
  CHECK(loaded(state) == "text");

  write(folder / "other", "of someone else");
  fs::create_symlink(folder / "other", folder / "state.new");
  CHECK(saved(state, "next") == "saved");
  CHECK(loaded(state) == "next");
  CHECK(content(folder / "other") == "of someone else");
  CHECK(names_in(folder) == names{"other", "state", "state.lock"});
}

TEST_CASE("a link at the name of a state file is replaced, not followed",
          "[server][state_file]") {
  const testing::temporary_folder folder;
  write(folder / "other", "of someone else");
  fs::create_symlink(folder / "other", folder / "state");
  state_file state{folder / "state"};
  CHECK(loaded(state) == "of someone else");
  CHECK(saved(state, "text") == "saved");
  CHECK(loaded(state) == "text");
  CHECK(content(folder / "other") == "of someone else");

  fs::create_symlink(folder / "other", folder / "next.lock");
  state_file next{folder / "next"};
  CHECK_THAT(saved(next, "text"), Catch::StartsWith("cannot write"));
}

TEST_CASE("a state file has one writer", "[server][state_file]") {
  const testing::temporary_folder folder;
  state_file first{folder / "state"};
  state_file second{folder / "state"};
  const std::string another =
      "another spfblock writes \"" + second.path() + '"';

  CHECK(saved(second, "of the second") == "saved");
  CHECK(saved(first, "of the first") == another);
  CHECK(loaded(first) == "of the second");
  CHECK(saved(second, "again") == "saved");
  CHECK(names_in(folder) == names{"state", "state.lock"});
}

TEST_CASE("a state file has one writer where its lock was removed",
          "[server][state_file]") {
  const testing::temporary_folder folder;
  state_file first{folder / "state"};
  state_file second{folder / "state"};
  REQUIRE(saved(first, "of the first") == "saved");
  fs::remove(folder / "state.lock");
  CHECK(saved(second, "of the second") == "saved");
  CHECK_THAT(saved(first, "again"), Catch::StartsWith("another spfblock"));
  fs::remove(folder / "state.lock");
  CHECK(saved(first, "again") == "saved");
  CHECK_THAT(saved(second, "again"), Catch::StartsWith("another spfblock"));
}

TEST_CASE("a state file waits for the old process to end",
          "[server][state_file]") {
  const testing::temporary_folder folder;
  testing::child_process old{[&](const auto& send) {
    state_file own{folder / "state"};
    send(saved(own, "of the old one"));
    ::pause();
  }};
  REQUIRE(old.receive() == "saved");

  state_file state{folder / "state"};
  CHECK(loaded(state) == "of the old one");
  CHECK_THAT(saved(state, "new"), Catch::StartsWith("another spfblock"));
  CHECK_THAT(saved(state, "new"), Catch::StartsWith("another spfblock"));
  CHECK(loaded(state) == "of the old one");
  CHECK(old.kill());
  CHECK(saved(state, "new") == "saved");
  CHECK(loaded(state) == "new");
}

TEST_CASE("a damaged state file is put aside and may be looked at",
          "[server][state_file]") {
  const testing::temporary_folder folder;
  state_file state{folder / "state"};
  for (const char* damaged : {"first", "second"}) {
    write(folder / "state", damaged);
    const auto name = state.put_aside(".damaged");
    REQUIRE(name);
    CHECK(*name == folder / "state.damaged");
    CHECK(content(*name) == damaged);
    CHECK(loaded(state) == "nothing");
  }
  const auto nothing = state.put_aside(".damaged");
  REQUIRE_FALSE(nothing);
  CHECK(nothing.error().message == "cannot move aside \"" + state.path() +
                                       "\": No such file or directory");
  CHECK(content(folder / "state.damaged") == "second");
}

TEST_CASE("what is no file is not taken for a state file",
          "[server][state_file]") {
  const testing::temporary_folder folder;
  fs::create_directory(folder / "folder");
  REQUIRE(::mkfifo((folder / "fifo").c_str(), 0600) == 0);
  for (const char* name : {"folder", "fifo"}) {
    state_file state{folder / name};
    const std::string refused = '"' + state.path() + "\": not a regular file";
    CHECK(loaded(state) == "cannot read " + refused);
    CHECK(saved(state, "text") == "cannot write " + refused);
    const auto aside = state.put_aside(".damaged");
    REQUIRE_FALSE(aside);
    CHECK(aside.error().message == "cannot move aside " + refused);
  }
  CHECK(names_in(folder) == names{"fifo", "folder"});
}

TEST_CASE("a state file over 256 MiB is neither read nor written",
          "[server][state_file]") {
  const testing::temporary_folder folder;
  state_file state{folder / "state"};
  write(folder / "state", "");
  fs::resize_file(folder / "state", state_file::longest + 1); // a hole
  const std::string over = '"' + state.path() + "\": over 256 MiB";
  const auto text = state.load();
  REQUIRE_FALSE(text);
  CHECK(text.error().message == "cannot read " + over);

  write(folder / "state", "former");
  // Never touched, so it takes no memory.
  const std::unique_ptr<char[]> much{new char[state_file::longest + 1]};
  CHECK(saved(state, {much.get(), state_file::longest + 1}) ==
        "cannot write " + over);
  CHECK(loaded(state) == "former");
}

} // namespace state_file_test
