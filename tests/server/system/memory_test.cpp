#include "server/system/memory.hpp"
#include "tests/support/catch.hpp"

#include <cstddef>
#include <cstdlib> // tells which C library it is
#include <fstream>
#include <memory>
#include <unistd.h>
#include <vector>

namespace memory_test {

using namespace spfblock::server;

// An allocator of a sanitizer keeps what is freed on purpose.
#if defined(__GLIBC__) && !defined(__SANITIZE_ADDRESS__) &&                    \
    !defined(__SANITIZE_THREAD__)

namespace {

std::size_t resident_bytes() {
  std::size_t all = 0;
  std::size_t resident = 0;
  std::ifstream{"/proc/self/statm"} >> all >> resident;
  return resident * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
}

} // namespace

TEST_CASE("memory: what nothing uses goes back to the kernel", "[memory]") {
  constexpr std::size_t piece = 1024;
  constexpr std::size_t pieces = 64 * 1024;
  std::vector<std::unique_ptr<std::vector<char>>> held;
  for (std::size_t i = 0; i < pieces; ++i)
    held.push_back(std::make_unique<std::vector<char>>(piece, 'x'));
  // The last one stays: what is behind all others keeps them from being given
  // back by the allocator itself.
  for (std::size_t i = 0; i + 1 < pieces; ++i)
    held[i].reset();
  const std::size_t before = resident_bytes();

  give_back_memory();

  CHECK(resident_bytes() + pieces * piece / 2 < before);
  CHECK(held.back()->back() == 'x');
}

#endif

} // namespace memory_test
