// A disk that hangs, for a program that is started with this in LD_PRELOAD.
//
// While the file that SPFBLOCK_HANGING_DISK names is there, these do not
// return: fsync(2), a look at a file whose name ends with "state.json" or
// "accepted.json", and open(2) of one whose name ends with "hanging.zone".  Who
// waits creates a file of that name with ".reached" behind it.
#include <cstdarg>
#include <cstdlib>
#include <fcntl.h>
#include <string>
#include <string_view>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace {

bool exists(const std::string& path) {
  return ::access(path.c_str(), F_OK) == 0;
}

void wait_for_disk() {
  const char* const named = std::getenv("SPFBLOCK_HANGING_DISK");
  if (named == nullptr)
    return;
  const std::string sign = named;
  while (exists(sign)) {
    const int reached = ::open((sign + ".reached").c_str(),
                               O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    if (reached >= 0)
      ::close(reached);
    ::usleep(20'000);
  }
}

bool is_state(std::string_view path) {
  return path.ends_with("state.json") || path.ends_with("accepted.json");
}

int open_slowly(const char* path, int flags, mode_t mode) {
  if (std::string_view{path}.ends_with("hanging.zone"))
    wait_for_disk();
  return static_cast<int>(::syscall(SYS_openat, AT_FDCWD, path, flags, mode));
}

mode_t mode_in(int flags, va_list rest) {
  return (flags & O_CREAT) == 0 ? 0 : va_arg(rest, mode_t);
}

} // namespace

// In the place of the C library's.
// NOLINTBEGIN(readability-inconsistent-declaration-parameter-name)
extern "C" {

int fsync(int number) {
  wait_for_disk();
  return static_cast<int>(::syscall(SYS_fsync, number));
}

int fstatat(int folder, const char* path, struct stat* into, int flags) {
  if (is_state(path))
    wait_for_disk();
  return static_cast<int>(::syscall(SYS_newfstatat, folder, path, into, flags));
}

int open(const char* path, int flags, ...) {
  va_list rest;
  va_start(rest, flags);
  const mode_t mode = mode_in(flags, rest);
  va_end(rest);
  return open_slowly(path, flags, mode);
}

int open64(const char* path, int flags, ...) {
  va_list rest;
  va_start(rest, flags);
  const mode_t mode = mode_in(flags, rest);
  va_end(rest);
  return open_slowly(path, flags, mode);
}
}
// NOLINTEND(readability-inconsistent-declaration-parameter-name)
