#include "server/system/standard_streams.hpp"

#include <cerrno>
#include <fcntl.h>
#include <unistd.h>

namespace spfblock::server {

void keep_standard_streams() noexcept {
  for (const int number : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    const bool is_closed = ::fcntl(number, F_GETFD) < 0 && errno == EBADF;
    // open(2) takes the lowest number that is free: this one.
    if (is_closed)
      ::open("/dev/null", number == STDIN_FILENO ? O_WRONLY : O_RDONLY);
  }
}

} // namespace spfblock::server
