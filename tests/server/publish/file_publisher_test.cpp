// Tests also: provenance.
#include "server/publish/file_publisher.hpp"
#include "server/system/clocks.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/run_until.hpp"
#include "tests/support/temporary_folder.hpp"

#include <chrono>
#include <filesystem>
#include <fstream>
#include <string>

namespace file_publisher_test {

namespace fs = std::filesystem;
using namespace spfblock;
using namespace spfblock::server;
using namespace std::chrono_literals;
using testing::run_until;
using testing::temporary_folder;

std::string content_of(const std::string& path) {
  std::ifstream file{path, std::ios::binary};
  return {std::istreambuf_iterator<char>{file}, {}};
}

/// A publisher, and what it is to publish.
struct fixture {
  fixture() {
    config::log_settings quiet;
    quiet.level = level::error;
    log.configure(quiet);
  }

  void list(const char* network) {
    present.table =
        std::make_shared<const table::snapshot>(std::vector<table::listing>{
            {"spam.example",
             table::action::parse("REJECT {domain}")->bind("spam.example"),
             {*net::ip_prefix::parse(network)}}});
    files.table_changed();
  }

  [[nodiscard]] config::published_file plain(const char* name) const {
    return {exports::format::plain, folder / name, 1s};
  }

  [[nodiscard]] bool is_in(const char* name, const char* network) const {
    return content_of(folder / name).find(network) != std::string::npos;
  }

  boost::asio::io_context io{1};
  log_sink log;
  temporary_folder folder;
  file_publisher::content present{
      std::make_shared<const table::snapshot>(),
      std::make_shared<const domains::domain_book>(), true};
  file_publisher files{io, log, [this] { return present; }};
  const exports::provenance from{"1.0", "mx.example", {}, false};
};

TEST_CASE("files follow the table", "[server][publish]") {
  fixture f;
  f.files.apply({f.plain("a"), f.plain("b")}, f.from);
  f.list("192.0.2.0/24");
  CHECK(run_until(f.io, [&] {
    return f.is_in("a", "192.0.2.0/24") && f.is_in("b", "192.0.2.0/24") &&
           f.files.state()[1].status.is_current;
  }));
  f.list("198.51.100.0/24");
  CHECK_FALSE(f.files.state()[0].status.is_current);
  CHECK(run_until(f.io, [&] {
    return f.is_in("a", "198.51.100.0/24") &&
           f.files.state()[0].status.is_current;
  }));
  CHECK(f.files.state()[0].status.entries == 1);
  CHECK(f.files.state()[0].totals.written == 2);
}

TEST_CASE("nothing is written before there is a table", "[server][publish]") {
  fixture f;
  f.files.apply({f.plain("a")}, f.from);
  f.io.run_for(50ms);
  CHECK_FALSE(fs::exists(f.folder / "a"));
}

TEST_CASE("a file that is there stays while the table only begins",
          "[server][publish]") {
  fixture f;
  f.present.is_current = false;
  std::ofstream{f.folder / "a"} << "former";
  f.files.apply({f.plain("a"), f.plain("b")}, f.from);
  f.list("192.0.2.0/24");
  CHECK(run_until(f.io, [&] { return f.is_in("b", "192.0.2.0/24"); }));
  CHECK(content_of(f.folder / "a") == "former");
  CHECK_FALSE(f.files.state()[0].status.is_current);
  f.present.is_current = true;
  CHECK(run_until(f.io, [&] { return f.is_in("a", "192.0.2.0/24"); }));
}

TEST_CASE(
    "a reload begins new files at once, and leaves former ones as they are",
    "[server][publish]") {
  fixture f;
  f.files.apply({f.plain("a")}, f.from);
  f.list("192.0.2.0/24");
  CHECK(run_until(f.io, [&] { return f.is_in("a", "192.0.2.0/24"); }));
  f.files.apply({f.plain("b")}, f.from);
  REQUIRE(f.files.state().size() == 1);
  CHECK(run_until(f.io, [&] { return f.is_in("b", "192.0.2.0/24"); }));
  f.list("198.51.100.0/24");
  CHECK(run_until(f.io, [&] { return f.is_in("b", "198.51.100.0/24"); }));
  CHECK(f.is_in("a", "192.0.2.0/24"));
}

TEST_CASE(
    "a file that fails does not keep the others, and is tried at a reload",
    "[server][publish]") {
  fixture f;
  const std::vector all{f.plain("none/a"), f.plain("b")};
  f.files.apply(all, f.from);
  f.list("192.0.2.0/24");
  CHECK(run_until(f.io, [&] { return f.is_in("b", "192.0.2.0/24"); }));
  CHECK(run_until(f.io,
                  [&] { return !f.files.state()[0].status.trouble.empty(); }));
  CHECK(f.files.state()[0].totals.failed == 1);
  fs::create_directory(f.folder / "none");
  f.files.apply(all, f.from);
  CHECK(run_until(f.io, [&] { return f.is_in("none/a", "192.0.2.0/24"); }));
  CHECK(run_until(f.io,
                  [&] { return f.files.state()[0].status.trouble.empty(); }));
}

TEST_CASE("after give_up() nothing is written, and the end is told",
          "[server][publish]") {
  fixture f;
  f.files.apply({f.plain("a")}, f.from);
  f.files.give_up();
  CHECK(f.files.ended_by(read_clocks().steady + 1min));
}

} // namespace file_publisher_test
