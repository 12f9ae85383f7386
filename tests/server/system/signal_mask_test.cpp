#include "server/system/signal_mask.hpp"
#include "tests/support/catch.hpp"

#include <csignal>
#include <pthread.h>

namespace signal_mask_test {

using namespace spfblock::server;

namespace {

volatile std::sig_atomic_t came = 0;

/// Counts SIGHUP for a while.
class counted_hangups {
public:
  counted_hangups() {
    came = 0;
    struct sigaction counted {};
    counted.sa_handler = [](int) { came = came + 1; };
    ::sigaction(SIGHUP, &counted, &before_);
  }
  ~counted_hangups() { ::sigaction(SIGHUP, &before_, nullptr); }
  counted_hangups(const counted_hangups&) = delete;
  counted_hangups& operator=(const counted_hangups&) = delete;

private:
  struct sigaction before_ {};
};

bool is_held_back(int signal) {
  sigset_t held;
  ::pthread_sigmask(SIG_BLOCK, nullptr, &held);
  return sigismember(&held, signal) == 1;
}

} // namespace

TEST_CASE("signal mask: what came meanwhile comes when it is let in",
          "[signal_mask]") {
  const counted_hangups hangups;
  hold_signals_back();
  CHECK(is_held_back(SIGHUP));
  CHECK(is_held_back(SIGUSR1));
  ::raise(SIGHUP);
  CHECK(came == 0);
  let_signals_in();
  CHECK(came == 1);
  CHECK_FALSE(is_held_back(SIGHUP));
  CHECK_FALSE(is_held_back(SIGUSR1));
}

TEST_CASE("signal mask: who wants to end the process can", "[signal_mask]") {
  hold_signals_back();
  CHECK_FALSE(is_held_back(SIGTERM));
  CHECK_FALSE(is_held_back(SIGINT));
  let_signals_in();
}

} // namespace signal_mask_test
