#include "server/publish/table_file.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/child_process.hpp"
#include "tests/support/temporary_folder.hpp"

#include <algorithm>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <random>
#include <string>
#include <sys/stat.h>
#include <thread>
#include <unistd.h>
#include <vector>

namespace table_file_test {

namespace fs = std::filesystem;
using namespace spfblock;
using namespace spfblock::server;
using namespace std::chrono_literals;
using outcome = domains::file_upkeep::outcome;
using replaceable = table_file::replaceable;
using std::chrono::sys_seconds;
using testing::child_process;
using testing::temporary_folder;

using snapshot_pointer = std::shared_ptr<const table::snapshot>;

constexpr sys_seconds now{1795510800s};
const exports::provenance origin{"1.0", "mx.example", {}, false};

/// A table of so many hosts.
snapshot_pointer hosts(unsigned count) {
  table::listing all{
      "spam.example",
      table::action::parse("REJECT {domain}")->bind("spam.example"),
      {}};
  for (unsigned i = 0; i < count; ++i)
    all.networks.push_back(net::ip_prefix::containing(
        net::ip_address::ipv4(0x0b000000 + 2 * i), 32));
  return std::make_shared<const table::snapshot>(
      std::vector<table::listing>{all});
}

std::string content(const std::string& path) {
  std::ifstream file{path, std::ios::binary};
  return {std::istreambuf_iterator<char>{file}, {}};
}

struct stat about(const std::string& path) {
  struct stat of {};
  REQUIRE(::stat(path.c_str(), &of) == 0);
  return of;
}

struct published_in {
  explicit published_in(exports::format as, const char* name)
      : path{folder / name},
        settings{as, path, 10s} {}

  temporary_folder folder;
  std::string path;
  config::published_file settings;

  /// By a process that begins.
  table_file::report keep(const snapshot_pointer& table, sys_seconds at,
                          replaceable former = replaceable::yes) const {
    return table_file{settings, origin}.keep(table, former, at);
  }
  std::vector<std::string> names() const {
    std::vector<std::string> all;
    for (const auto& entry : fs::directory_iterator{folder.path()})
      all.push_back(entry.path().filename().string());
    std::sort(all.begin(), all.end());
    return all;
  }
};

TEST_CASE("a file is written, readable for all whatever the umask, and nothing "
          "lies beside it",
          "[publish]") {
  const mode_t before = ::umask(0077);
  const published_in place{exports::format::plain, "a"};
  const auto report = place.keep(hosts(3), now);
  ::umask(before);
  CHECK(report.how == outcome::written);
  CHECK(report.contents.entries == 3);
  CHECK(report.changed_at == now);
  CHECK((about(place.path).st_mode & 07777) == 0644);
  CHECK(place.names() == std::vector<std::string>{"a"});
}

TEST_CASE("a file that says the same is left alone, by a later process too",
          "[publish]") {
  for (const auto as : {exports::format::plain, exports::format::json,
                        exports::format::dnsbl_zone, exports::format::cdb}) {
    const published_in place{as, "a.cdb"};
    place.keep(hosts(3), now);
    const auto before = about(place.path);
    const auto report = place.keep(hosts(3), now + 24h);
    CHECK(report.how == outcome::same);
    CHECK(report.contents.entries > 0);
    CHECK(report.changed_at == now);
    CHECK(about(place.path).st_ino == before.st_ino);
    CHECK(about(place.path).st_mtim.tv_sec == before.st_mtim.tv_sec);
  }
}

/// The serial of a zone file.
unsigned long serial_of(const std::string& zone) {
  const auto at = zone.find("hostmaster.localhost. ");
  REQUIRE(at != std::string::npos);
  return std::stoul(zone.substr(at + 22));
}

TEST_CASE("a serial grows with each change and no other way, be the clock "
          "behind",
          "[publish]") {
  const published_in place{exports::format::dnsbl_zone, "bl.zone"};
  place.keep(hosts(1), now);
  const auto first = serial_of(content(place.path));
  place.keep(hosts(1), now + 1h);
  CHECK(serial_of(content(place.path)) == first);
  place.keep(hosts(2), now - 1h);
  CHECK(serial_of(content(place.path)) == first + 1);
  place.keep(hosts(3), now - 1h);
  CHECK(serial_of(content(place.path)) == first + 2);
  place.keep(hosts(1), now + 1h);
  CHECK(serial_of(content(place.path)) == first + 3600);
}

TEST_CASE("before all domains were looked at, a file that is there stays, and "
          "one that is not is written",
          "[publish]") {
  const published_in place{exports::format::plain, "a"};
  CHECK(place.keep(hosts(3), now, replaceable::no).how == outcome::written);
  const auto report = place.keep(hosts(0), now + 1min, replaceable::no);
  CHECK(report.how == outcome::early);
  CHECK(report.changed_at == now);
  CHECK(place.keep(hosts(3), now + 1min, replaceable::no).how == outcome::same);
  CHECK(place.keep(hosts(0), now + 1min).how == outcome::written);
}

TEST_CASE("a file that others remove, change or replace comes back",
          "[publish]") {
  const published_in place{exports::format::plain, "a"};
  table_file file{place.settings, origin};
  const auto table = hosts(3);
  CHECK(file.keep(table, replaceable::yes, now).how == outcome::written);
  const std::string text = content(place.path);
  CHECK(file.keep(table, replaceable::yes, now).how == outcome::same);
  fs::remove(place.path);
  CHECK(file.keep(table, replaceable::yes, now).how == outcome::written);
  CHECK(content(place.path) == text);
  std::ofstream{place.path} << "other";
  CHECK(file.keep(table, replaceable::yes, now).how == outcome::written);
  fs::remove(place.path);
  fs::create_symlink("/dev/null", place.path);
  CHECK(file.keep(table, replaceable::yes, now).how == outcome::written);
  CHECK_FALSE(fs::is_symlink(place.path));
}

TEST_CASE("what cannot be written is told, and the former file stays",
          "[publish]") {
  const published_in place{exports::format::plain, "a"};
  fs::create_directory(place.path);
  CHECK(place.keep(hosts(1), now).trouble ==
        "cannot write \"" + place.path + "\": not a regular file");
  fs::remove(place.path);

  config::published_file lost = place.settings;
  lost.file = place.folder / "none/a";
  const auto report =
      table_file{lost, origin}.keep(hosts(1), replaceable::yes, now);
  CHECK(report.how == outcome::failed);
  CHECK(report.trouble == "cannot write \"" + (place.folder / "none") +
                              "\": No such file or directory");
}

TEST_CASE("what a killed process left is removed, though nothing changed",
          "[publish]") {
  const published_in place{exports::format::plain, "a"};
  place.keep(hosts(3), now);
  std::ofstream{place.path + ".new"} << "half";
  CHECK(place.keep(hosts(3), now).how == outcome::same);
  CHECK(place.names() == std::vector<std::string>{"a"});
}

/// Writes one table after the other until it is killed.
void rewrite(const config::published_file& file,
             const std::vector<snapshot_pointer>& tables) {
  table_file writer{file, origin};
  for (unsigned i = 0;; ++i)
    writer.keep(tables[i % tables.size()], replaceable::yes, now);
}

TEST_CASE("killed at a hundred moments, a writer leaves a whole file",
          "[publish][slow]") {
  const published_in place{exports::format::cdb, "access.cdb"};
  const std::vector<snapshot_pointer> tables{hosts(10), hosts(3000)};
  place.keep(tables[0], now);
  std::mt19937 random{1};
  for (int i = 0; i < 100; ++i) {
    child_process child{[&](const auto& send) {
      send("begins");
      rewrite(place.settings, tables);
    }};
    REQUIRE(child.receive() == "begins");
    std::this_thread::sleep_for(std::chrono::microseconds{random() % 30'000});
    REQUIRE(child.kill());
    const std::string octets = content(place.path);
    const auto said = exports::contents_of(exports::format::cdb, octets);
    CHECK((said.entries == 10 || said.entries == 3000));
    exports::provenance from = origin;
    from.at =
        sys_seconds{std::chrono::seconds{about(place.path).st_mtim.tv_sec}};
    CHECK(octets == exports::document(exports::format::cdb,
                                      *tables[said.entries == 10 ? 0 : 1],
                                      from));
  }
  place.keep(tables[0], now);
  CHECK(place.names() == std::vector<std::string>{"access.cdb"});
}

} // namespace table_file_test
