#include "server/system/user.hpp"

#include "server/system/descriptor.hpp"

#include <array>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <sys/wait.h>
#include <unistd.h>

namespace spfblock::server {
namespace {

bool become(const user& who) {
  return ::initgroups(who.name.c_str(), who.group) == 0 &&
         ::setgid(who.group) == 0 && ::setuid(who.number) == 0;
}

/// What open(2) says of each: 0 or an error, in order.
std::vector<int> try_all(const std::vector<std::string>& paths) {
  std::vector<int> outcomes;
  for (const std::string& each : paths) {
    const descriptor file{
        ::open(each.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC)};
    outcomes.push_back(file.is_open() ? 0 : errno);
  }
  return outcomes;
}

/// The other process: tells `to` the outcomes and ends.
[[noreturn]] void tell(const user& who, const std::vector<std::string>& paths,
                       int to) {
  if (!become(who))
    ::_exit(1);
  for (const int outcome : try_all(paths)) {
    if (::write(to, &outcome, sizeof outcome) != sizeof outcome)
      ::_exit(1);
  }
  ::_exit(0);
}

/// As many outcomes as there are, or fewer where the other process failed.
std::vector<int> hear(std::size_t count, int from) {
  std::vector<int> outcomes;
  int outcome = 0;
  while (outcomes.size() < count && uninterrupted([&] {
                                      return ::read(from, &outcome,
                                                    sizeof outcome);
                                    }) == sizeof outcome)
    outcomes.push_back(outcome);
  return outcomes;
}

} // namespace

std::optional<user> user_named(const std::string& name) {
  const passwd* const found = ::getpwnam(name.c_str());
  if (found == nullptr)
    return std::nullopt;
  return user{name, found->pw_uid, found->pw_gid};
}

std::optional<std::vector<unreadable_file>>
unreadable_to(const user& who, const std::vector<std::string>& paths) {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0)
    return std::nullopt;
  const descriptor from{ends[0]};
  descriptor to{ends[1]};
  const pid_t other = ::fork();
  if (other < 0)
    return std::nullopt;
  if (other == 0)
    tell(who, paths, to.number());
  to = descriptor{};
  const auto outcomes = hear(paths.size(), from.number());
  uninterrupted([&] { return ::waitpid(other, nullptr, 0); });
  if (outcomes.size() != paths.size())
    return std::nullopt;

  std::vector<unreadable_file> unreadable;
  for (std::size_t i = 0; i < paths.size(); ++i) {
    if (outcomes[i] != 0)
      unreadable.push_back({paths[i], std::strerror(outcomes[i])});
  }
  return unreadable;
}

} // namespace spfblock::server
