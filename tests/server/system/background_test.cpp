#include "server/system/background.hpp"
#include "tests/support/catch.hpp"

#include <sys/resource.h>
#include <thread>

namespace background_test {

using namespace spfblock::server;

namespace {

int nice_of_this_thread() {
  return ::getpriority(PRIO_PROCESS, 0);
}

} // namespace

TEST_CASE("background: a thread gives way, the others stay as they are",
          "[background]") {
  const int before = nice_of_this_thread();
  int there = before;
  std::thread{[&] {
    give_way_to_lookups();
    there = nice_of_this_thread();
  }}.join();
  CHECK(nice_of_this_thread() == before);
#if defined(__linux__)
  CHECK(there == (before > 10 ? before : 10));
#else
  CHECK(there == before);
#endif
}

} // namespace background_test
