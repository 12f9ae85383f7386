// Code that runs in a process of its own: to be killed, or to lose rights
// without harm to the other tests.  No assertions in there: what a child finds
// it writes as text.
#pragma once

#include "server/system/descriptor.hpp"

#include <array>
#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <string>
#include <string_view>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>
#include <utility>

namespace spfblock::testing {

/// A forked process; killed with its owner.  To be started while the process
/// has one thread.
class child_process {
public:
  /// @param body called in the child with a function that sends it a text; the
  ///        child ends where it returns
  template <class Body>
  explicit child_process(Body body) {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0)
      std::abort();
    from_ = server::descriptor{ends[0]};
    server::descriptor to{ends[1]};
    id_ = ::fork();
    if (id_ < 0)
      std::abort();
    if (id_ > 0)
      return;
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    body([&to](std::string_view text) {
      [[maybe_unused]] const auto sent =
          ::write(to.number(), text.data(), text.size());
    });
    ::_exit(0);
  }
  ~child_process() { kill(); }
  child_process(const child_process&) = delete;
  child_process& operator=(const child_process&) = delete;

  /// Waits for the next text; "" when the child has ended.
  [[nodiscard]] std::string receive() {
    std::array<char, 4096> piece{};
    const auto size = server::uninterrupted(
        [&] { return ::read(from_.number(), piece.data(), piece.size()); });
    return {piece.data(), size > 0 ? static_cast<std::size_t>(size) : 0};
  }

  /// kill -9.  @return whether that, and nothing before it, ended the child
  bool kill() {
    if (id_ <= 0)
      return false;
    int status = 0;
    ::kill(id_, SIGKILL);
    const auto ended =
        server::uninterrupted([&] { return ::waitpid(id_, &status, 0); });
    return std::exchange(id_, -1) == ended && WIFSIGNALED(status);
  }

private:
  server::descriptor from_;
  pid_t id_ = -1;
};

/// What `body` returns, a text, in a child.
template <class Body>
[[nodiscard]] std::string in_child(Body body) {
  child_process child{[&body](const auto& send) { send(body()); }};
  std::string whole;
  for (;;) {
    const std::string next = child.receive();
    if (next.empty())
      return whole;
    whole += next;
  }
}

} // namespace spfblock::testing
