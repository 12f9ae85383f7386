// The disk fails; the former text stays.
#include "server/refresh/state_file.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/child_process.hpp"
#include "tests/support/temporary_folder.hpp"

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <sched.h>
#include <string>
#include <string_view>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <vector>

namespace state_file_faults_test {

namespace fs = std::filesystem;
using namespace spfblock;
using server::state_file;
using testing::in_child;

namespace {

/// What the functions below were called for, and which fsync(2) fails.
struct system_calls {
  std::vector<std::string> seen;
  std::size_t failing_fsync = 0; ///< counted from 1; 0 for none
  std::size_t fsyncs = 0;
};

system_calls* watched = nullptr;

} // namespace

// In the place of the C library's: what a power loss spares shows in the order
// of these calls only.
// NOLINTBEGIN(readability-inconsistent-declaration-parameter-name)
extern "C" {

int fsync(int number) {
  if (watched != nullptr) {
    const auto file = "/proc/self/fd/" + std::to_string(number);
    watched->seen.push_back("fsync " + fs::read_symlink(file).string());
    if (++watched->fsyncs == watched->failing_fsync) {
      errno = EIO;
      return -1;
    }
  }
  return static_cast<int>(::syscall(SYS_fsync, number));
}

int rename(const char* from, const char* to) noexcept {
  if (watched != nullptr)
    watched->seen.emplace_back("rename");
  return static_cast<int>(
      ::syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, 0));
}
}
// NOLINTEND(readability-inconsistent-declaration-parameter-name)

namespace {

std::string loaded(const state_file& from) {
  const auto text = from.load();
  if (!text)
    return text.error().message;
  return text->value_or("nothing");
}

std::string saved(state_file& to, std::string_view text) {
  const auto why = to.save(text);
  return why ? why->message : "saved";
}

bool exists(const std::string& path) {
  return fs::symlink_status(path).type() != fs::file_type::not_found;
}

/// Mounts a file system of 64 KiB that this process alone sees; as another
/// user than root in a user namespace, where that is allowed.
bool mount_small_disk(const std::string& at) {
  const auto user = ::geteuid();
  const auto group = ::getegid();
  if (::unshare(CLONE_NEWNS | (user == 0 ? 0 : CLONE_NEWUSER)) != 0)
    return false;
  if (user != 0) {
    std::ofstream{"/proc/self/setgroups"} << "deny";
    std::ofstream{"/proc/self/uid_map"} << user << ' ' << user << " 1";
    std::ofstream{"/proc/self/gid_map"} << group << ' ' << group << " 1";
  }
  return ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0 &&
         ::mount("none", at.c_str(), "tmpfs", 0, "size=64k") == 0;
}

std::string cannot_write(const std::string& path, const char* why) {
  return "cannot write \"" + path + "\": " + why;
}

} // namespace

TEST_CASE("a state file is on the disk before it has its name, and the name "
          "after",
          "[server][state_file]") {
  const testing::temporary_folder folder;
  const auto place = fs::canonical(folder.path()).string();
  const std::string expected =
      "fsync " + place + "/state.new; rename; fsync " + place + "; saved";
  const auto found = [&](const char* path) {
    return in_child([&] {
      fs::current_path(folder.path());
      state_file state{path};
      system_calls calls;
      watched = &calls;
      const auto done = saved(state, "text");
      std::string told;
      for (const std::string& call : calls.seen)
        told += call + "; ";
      return told + done;
    });
  };
  CHECK(found((folder / "state").c_str()) == expected);
  CHECK(found("state") == expected);
  CHECK(found("./state") == expected);
}

TEST_CASE("a state file that does not reach the disk leaves the former one",
          "[server][state_file]") {
  const testing::temporary_folder folder;
  state_file state{folder / "state"};
  REQUIRE(saved(state, "former") == "saved");
  system_calls calls;
  watched = &calls;
  calls.failing_fsync = 1;
  const auto file = saved(state, "text");
  calls = {};
  calls.failing_fsync = 2;
  const auto name = saved(state, "text");
  watched = nullptr;
  CHECK(file == cannot_write(folder / "state.new", "Input/output error"));
  CHECK(name == cannot_write(folder.path(), "Input/output error"));
  CHECK_FALSE(exists(folder / "state.new"));
  CHECK(saved(state, "next") == "saved");
  CHECK(loaded(state) == "next");
}

TEST_CASE("a state file that is cut short leaves the former one",
          "[server][state_file]") {
  const testing::temporary_folder folder;
  state_file state{folder / "state"};
  REQUIRE(saved(state, "former") == "saved");
  CHECK(in_child([&] {
          // A limit amid a write(2): it writes less, the next one fails.
          const rlimit limit{100000, 100000};
          ::signal(SIGXFSZ, SIG_IGN);
          if (::setrlimit(RLIMIT_FSIZE, &limit) != 0)
            return std::string{"no limit"};
          return saved(state, std::string(150000, 'x'));
        }) == cannot_write(folder / "state.new", "File too large"));
  CHECK(loaded(state) == "former");
  CHECK_FALSE(exists(folder / "state.new"));
  CHECK(saved(state, "next") == "saved");
}

TEST_CASE("a state file on a full disk stays as it was",
          "[server][state_file]") {
  const testing::temporary_folder folder;
  const auto found = in_child([&]() -> std::string {
    if (!mount_small_disk(folder.path()))
      return "no mount";
    state_file state{folder / "state"};
    std::string told = saved(state, "former") + '\n';
    told += saved(state, std::string(100000, 'x')) + '\n';
    told += loaded(state) + '\n';
    told += exists(folder / "state.new") ? "remains\n" : "";
    return told + saved(state, "next");
  });
  if (found == "no mount") {
    WARN("may not mount a small file system here");
    return;
  }
  CHECK(found ==
        "saved\n" +
            cannot_write(folder / "state.new", "No space left on device") +
            "\nformer\nsaved");
}

TEST_CASE("a state file in a folder that may not be written stays as it was",
          "[server][state_file]") {
  const testing::temporary_folder folder;
  state_file state{folder / "state"};
  REQUIRE(saved(state, "former") == "saved");
  fs::permissions(folder.path(), fs::perms{0555});
  const auto as_nobody = [&](state_file& file) {
    return in_child([&]() -> std::string {
      if (::geteuid() == 0 && ::setresuid(65534, 65534, 65534) != 0)
        return "no other user";
      return saved(file, "text");
    });
  };
  const auto with_lock = as_nobody(state);
  if (with_lock == "no other user") {
    WARN("cannot become another user here");
    return;
  }
  CHECK(with_lock == cannot_write(folder / "state.new", "Permission denied"));
  state_file other{folder / "other"};
  CHECK(as_nobody(other) ==
        cannot_write(folder / "other.lock", "Permission denied"));
  CHECK(loaded(state) == "former");
  CHECK_FALSE(exists(folder / "state.new"));
}

TEST_CASE("a state file that may not be read is a failure, not nothing",
          "[server][state_file]") {
  const testing::temporary_folder folder;
  state_file state{folder / "state"};
  REQUIRE(saved(state, "text") == "saved");
  fs::permissions(folder / "state", fs::perms::none);
  const auto found = in_child([&]() -> std::string {
    if (::geteuid() == 0 && ::setresuid(65534, 65534, 65534) != 0)
      return "no other user";
    return loaded(state);
  });
  if (found == "no other user") {
    WARN("cannot become another user here");
    return;
  }
  CHECK(found == "cannot read \"" + state.path() + "\": Permission denied");
}

TEST_CASE("a state file in a folder that is missing waits for the folder",
          "[server][state_file]") {
  const testing::temporary_folder folder;
  state_file state{folder / "none/state"};
  CHECK(loaded(state) == "nothing");
  CHECK(saved(state, "text") ==
        cannot_write(folder / "none/state.lock", "No such file or directory"));
  fs::create_directory(folder / "none");
  CHECK(saved(state, "text") == "saved");
  CHECK(loaded(state) == "text");

  // And where it is taken away below a writer.
  fs::remove_all(folder / "none");
  CHECK(saved(state, "next") ==
        cannot_write(folder / "none/state.lock", "No such file or directory"));
  fs::create_directory(folder / "none");
  CHECK(saved(state, "next") == "saved");
}

} // namespace state_file_faults_test
