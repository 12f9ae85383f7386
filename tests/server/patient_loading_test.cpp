#include "server/patient_loading.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/temporary_folder.hpp"

#include <fcntl.h>
#include <fstream>
#include <string>
#include <sys/stat.h>
#include <unistd.h>
#include <variant>

using namespace spfblock;
using namespace spfblock::server;
using testing::temporary_folder;

namespace {

/// A folder with a configuration and a list that nobody writes.
struct fixture {
  fixture() {
    std::ofstream{file} << R"({"domain_files":["*.txt"],"state_file":""})";
    REQUIRE(::mkfifo(fifo.c_str(), 0600) == 0);
  }
  ~fixture() { end_list(); }

  /// Those who read it come to its end.
  void end_list() const {
    const int writer = ::open(fifo.c_str(), O_RDWR | O_NONBLOCK);
    ::unlink(fifo.c_str());
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
  std::string fifo = folder / "a.txt";
  patient_loading loading{std::chrono::milliseconds{200}};
};

} // namespace

TEST_CASE(
    "patient_loading: a list that does not come to its end is a fault, and "
    "none once it is gone",
    "[server][patient_loading]") {
  fixture f;
  CHECK(f.load() ==
        "it, or a file that it names, did not come to its end within 1 s");
  f.end_list();
  CHECK(f.load() == "valid");
}

TEST_CASE("patient_loading: who must not wait asks for the outcome",
          "[server][patient_loading]") {
  fixture f;
  const auto outcome = [&f] {
    auto made = f.loading.outcome();
    while (!made) {
      ::usleep(1'000);
      made = f.loading.outcome();
    }
    return *std::move(made);
  };
  CHECK_FALSE(f.loading.is_under_way());
  f.loading.begin(f.file, {});
  CHECK(f.loading.is_under_way());
  CHECK_FALSE(f.loading.outcome());
  CHECK(std::get<std::vector<json::problem>>(outcome()).front().message ==
        "it, or a file that it names, did not come to its end within 1 s");
  CHECK_FALSE(f.loading.is_under_way());
  f.end_list();
  f.loading.begin(f.file, {});
  CHECK(std::holds_alternative<configuration>(outcome()));
}

TEST_CASE("patient_loading: no more than a few threads are left behind",
          "[server][patient_loading]") {
  fixture f;
  for (std::size_t i = 0; i < patient_loading::most_left_behind; ++i)
    CHECK_THAT(f.load(), Catch::ContainsSubstring("did not come to its end"));
  CHECK_THAT(f.load(),
             Catch::ContainsSubstring("restart when they can be read"));
  f.end_list();
  // They end when it pleases them.
  for (int i = 0; i < 1000 && f.load() != "valid"; ++i)
    ::usleep(10'000);
  CHECK(f.load() == "valid");
}
