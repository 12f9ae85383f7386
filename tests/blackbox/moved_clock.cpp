// A calendar that is set, for a program that is started with this in
// LD_PRELOAD: it is off by so many seconds as the file says that
// SPFBLOCK_MOVED_CLOCK names (a 64-bit number of the machine's order).  The
// clock that never jumps goes on as it is.
#include <cstdint>
#include <cstdlib>
#include <ctime>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <unistd.h>

namespace {

const std::int64_t* open_offset() {
  static constexpr std::int64_t none = 0;
  const char* const named = std::getenv("SPFBLOCK_MOVED_CLOCK");
  const int file = named == nullptr ? -1 : ::open(named, O_RDONLY | O_CLOEXEC);
  if (file < 0)
    return &none;
  void* const mapped =
      ::mmap(nullptr, sizeof(std::int64_t), PROT_READ, MAP_SHARED, file, 0);
  ::close(file);
  return mapped == MAP_FAILED ? &none
                              : static_cast<const std::int64_t*>(mapped);
}

std::int64_t offset() {
  static const volatile std::int64_t* const at = open_offset();
  return *at;
}

} // namespace

// In the place of the C library's.
// NOLINTBEGIN(readability-inconsistent-declaration-parameter-name)
extern "C" {

int clock_gettime(clockid_t clock, struct timespec* now) {
  const auto outcome =
      static_cast<int>(::syscall(SYS_clock_gettime, clock, now));
  if (outcome == 0 &&
      (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE))
    now->tv_sec += offset();
  return outcome;
}

time_t time(time_t* now) noexcept {
  struct timespec read {};
  clock_gettime(CLOCK_REALTIME, &read);
  if (now != nullptr)
    *now = read.tv_sec;
  return read.tv_sec;
}

int gettimeofday(struct timeval* now, void* /*zone*/) noexcept {
  struct timespec read {};
  const int outcome = clock_gettime(CLOCK_REALTIME, &read);
  *now = {read.tv_sec, read.tv_nsec / 1000};
  return outcome;
}
}
// NOLINTEND(readability-inconsistent-declaration-parameter-name)
