#include "server/system/folder_lock.hpp"

#include "core/support/text.hpp"
#include "server/system/file.hpp"

#include <cerrno>
#include <fcntl.h>
#include <sys/file.h>
#include <thread>

namespace spfblock::server {

result<folder_lock> folder_lock::take(const std::string& folder,
                                      std::chrono::milliseconds patience) {
  using clock = std::chrono::steady_clock;
  constexpr std::chrono::milliseconds pause{20};
  descriptor of{uninterrupted([&] {
    return ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  })};
  if (!of.is_open())
    return cannot("lock", folder);
  const auto limit = clock::now() + patience;
  while (uninterrupted(
             [&] { return ::flock(of.number(), LOCK_EX | LOCK_NB); }) != 0) {
    if (errno != EWOULDBLOCK)
      return cannot("lock", folder);
    if (clock::now() >= limit)
      return failure{errc::temporary, "cannot lock " + in_quotes(folder) +
                                          ": another process holds it"};
    std::this_thread::sleep_for(pause);
  }
  return folder_lock{std::move(of)};
}

} // namespace spfblock::server
