// A disk that hangs, for a program that is started with this in LD_PRELOAD.
//
// While the file that SPFBLOCK_HANGING_DISK names is there, fsync(2) and a look
// at a file whose name ends with "state.json" do not return.  Who waits creates
// a file of that name with ".reached" behind it.
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

bool is_state(const char* path) {
  return std::string_view{path}.ends_with("state.json");
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
}
// NOLINTEND(readability-inconsistent-declaration-parameter-name)
