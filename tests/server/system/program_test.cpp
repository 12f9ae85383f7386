#include "server/system/program.hpp"
#include "tests/support/catch.hpp"

#include <string>

namespace program_test {

using namespace spfblock;
using namespace spfblock::server;

TEST_CASE("run_program tells the output and the exit status", "[program]") {
  const auto ended =
      run_program({"sh", "-c", "echo \"$0\"; cat; exit 7", "x y"});
  REQUIRE(ended);
  CHECK(ended->status == 7);
  CHECK(ended->output == "x y\n");
}

TEST_CASE("run_program takes any amount of output", "[program]") {
  const auto ended = run_program({"sh", "-c", "head -c 300000 /dev/zero"});
  REQUIRE(ended);
  CHECK(ended->output.size() == 300000);
}

TEST_CASE("run_program tells a signal as a shell does", "[program]") {
  const auto ended = run_program({"sh", "-c", "kill -TERM $$"});
  REQUIRE(ended);
  CHECK(ended->status == 128 + 15);
}

TEST_CASE("a program that is not there is a failure", "[program]") {
  const auto ended = run_program({"no-such-program-anywhere"});
  REQUIRE_FALSE(ended);
  CHECK(ended.error().message ==
        "cannot run \"no-such-program-anywhere\": No such file or directory");
}

} // namespace program_test
