#include "server/system/program.hpp"

#include "core/support/contract.hpp"
#include "core/support/text.hpp"
#include "server/system/descriptor.hpp"

#include <array>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

// NOLINTNEXTLINE(readability-redundant-declaration): not every system has it
extern char** environ;

namespace spfblock::server {
namespace {

failure cannot_run(const std::string& name, int why) {
  return {errc::temporary,
          "cannot run " + in_quotes(name) + ": " + std::strerror(why)};
}

/// Starts it with its output into `to`.
/// @return 0, or an error number
int start(const std::vector<std::string>& arguments, int to, pid_t& started) {
  std::vector<char*> words;
  for (const std::string& each : arguments)
    words.push_back(
        const_cast<char*>(each.c_str())); // which spawn leaves as is
  words.push_back(nullptr);
  posix_spawn_file_actions_t files;
  posix_spawn_file_actions_init(&files);
  posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY,
                                   0);
  posix_spawn_file_actions_adddup2(&files, to, STDOUT_FILENO);
  const int error = ::posix_spawnp(&started, words.front(), &files, nullptr,
                                   words.data(), environ);
  posix_spawn_file_actions_destroy(&files);
  return error;
}

std::string all_of(const descriptor& from) {
  std::string text;
  std::array<char, 4096> piece{};
  for (;;) {
    const auto size = uninterrupted(
        [&] { return ::read(from.number(), piece.data(), piece.size()); });
    if (size <= 0)
      return text;
    text.append(piece.data(), static_cast<std::size_t>(size));
  }
}

} // namespace

result<ended_program> run_program(const std::vector<std::string>& arguments) {
  EXPECTS(!arguments.empty());
  constexpr int by_signal = 128;
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0)
    return cannot_run(arguments.front(), errno);
  const descriptor from{ends[0]};
  descriptor to{ends[1]};
  pid_t child = 0;
  if (const int error = start(arguments, to.number(), child); error != 0)
    return cannot_run(arguments.front(), error);
  to = descriptor{};
  ended_program ended;
  ended.output = all_of(from);
  int how = 0;
  uninterrupted([&] { return ::waitpid(child, &how, 0); });
  ended.status = WIFEXITED(how) ? WEXITSTATUS(how) : by_signal + WTERMSIG(how);
  return ended;
}

} // namespace spfblock::server
