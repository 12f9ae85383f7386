#include "server/patient_loading.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/temporary_folder.hpp"

#include <fcntl.h>
#include <fstream>
#include <string>
#include <sys/stat.h>
#include <unistd.h>
#include <variant>

namespace patient_loading_test {

using namespace spfblock;
using namespace spfblock::server;
using testing::temporary_folder;

namespace {

/// A folder with a configuration and a zone file that nobody writes.
struct fixture {
  fixture() {
    std::ofstream{file} << R"({"domains":[],"state_file":"",
                                "resolver":{"zone_file":"a.zone"}})";
    REQUIRE(::mkfifo(fifo.c_str(), 0600) == 0);
  }
  ~fixture() { end_zone(); }

  /// Those who read it come to its end.
  void end_zone() const {
    const int writer = ::open(fifo.c_str(), O_RDWR | O_NONBLOCK);
    ::unlink(fifo.c_str());
    std::ofstream{fifo} << "";
    ::close(writer);
  }

  /// The first fault, or "valid".
  std::string load() {
    const auto loaded = loading.load(file, {});
    if (std::holds_alternative<configuration>(loaded))
      return "valid";
    return std::get<std::vector<json::problem>>(loaded).front().message;
  }

  temporary_folder folder;
  std::string file = folder / "t.json";
  std::string fifo = folder / "a.zone";
  patient_loading loading{std::chrono::milliseconds{200}};
};

} // namespace

TEST_CASE(
    "patient_loading: a file that does not come to its end is a fault, and "
    "none once it does",
    "[server][patient_loading]") {
  fixture f;
  CHECK(f.load() == '"' + f.fifo + "\" did not come to its end within 1 s");
  f.end_zone();
  CHECK(f.load() == "valid");
}

TEST_CASE("patient_loading: a large file may take its time to be worked on",
          "[server][patient_loading]") {
  fixture f;
  f.end_zone();
  std::ofstream zone{f.fifo};
  for (int i = 0; i < 100'000; ++i)
    zone << 'a' << i << ".example. 3600 IN A 192.0.2.1\n";
  zone.close();
  CHECK(f.load() == "valid");
}

TEST_CASE("patient_loading: no more than a few threads are left behind",
          "[server][patient_loading]") {
  fixture f;
  for (std::size_t i = 0; i < patient_loading::most_left_behind; ++i)
    CHECK_THAT(f.load(), Catch::ContainsSubstring("did not come to its end"));
  CHECK_THAT(f.load(),
             Catch::ContainsSubstring("restart when they can be read"));
  f.end_zone();
  // They end when it pleases them.
  for (int i = 0; i < 1000 && f.load() != "valid"; ++i)
    ::usleep(10'000);
  CHECK(f.load() == "valid");
}

} // namespace patient_loading_test
