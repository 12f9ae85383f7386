#include "core/support/contract.hpp"
#include "tests/support/catch.hpp"

#include <array>
#include <csignal>
#include <cstdlib>
#include <string>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

namespace contract_test {

namespace {

/// How a process ends that holds `condition` to be true, and what it says.
struct end {
  int status = 0; ///< as wait(2) has it
  std::string said{};
};

end end_of_who_expects(bool condition) {
  std::array<int, 2> pipe{};
  REQUIRE(::pipe(pipe.data()) == 0);
  const ::pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    const ::rlimit none{0, 0};
    ::setrlimit(RLIMIT_CORE, &none);
    // Catch2 would report the signal as a failure of this test, too.
    std::signal(SIGABRT, SIG_DFL);
    ::dup2(pipe[1], STDERR_FILENO);
    EXPECTS(condition);
    std::_Exit(0);
  }
  ::close(pipe[1]);
  end result;
  std::array<char, 256> piece{};
  for (::ssize_t got = 0;
       (got = ::read(pipe[0], piece.data(), piece.size())) > 0;)
    result.said.append(piece.data(), static_cast<std::size_t>(got));
  ::close(pipe[0]);
  REQUIRE(::waitpid(child, &result.status, 0) == child);
  return result;
}

} // namespace

TEST_CASE("contract: a broken one ends the process and says which",
          "[contract]") {
  const end broken = end_of_who_expects(false);
  REQUIRE(WIFSIGNALED(broken.status));
  CHECK(WTERMSIG(broken.status) == SIGABRT);
  CHECK(broken.said.find("spfblock: panic: ") == 0);
  CHECK(broken.said.find("contract_test.cpp:") != std::string::npos);
  CHECK(broken.said.find("broken: condition\n") != std::string::npos);
}

TEST_CASE("contract: one that holds does nothing", "[contract]") {
  const end held = end_of_who_expects(true);
  REQUIRE(WIFEXITED(held.status));
  CHECK(WEXITSTATUS(held.status) == 0);
  CHECK(held.said.empty());
}

} // namespace contract_test
