#include "server/system/signal_mask.hpp"

#include <csignal>

namespace spfblock::server {
namespace {

void change_mask(int how) noexcept {
  sigset_t which;
  sigemptyset(&which);
  sigaddset(&which, SIGHUP);
  sigaddset(&which, SIGUSR1);
  pthread_sigmask(how, &which, nullptr);
}

} // namespace

void hold_signals_back() noexcept {
  change_mask(SIG_BLOCK);
}

void let_signals_in() noexcept {
  change_mask(SIG_UNBLOCK);
}

} // namespace spfblock::server
