#include "server/system/signals.hpp"

#include <signal.h>

namespace spfblock::server {
namespace {

sigset_t all() noexcept {
  sigset_t set;
  sigemptyset(&set);
  for (const int number : handled_signals)
    sigaddset(&set, number);
  return set;
}

} // namespace

void hold_signals() noexcept {
  const sigset_t set = all();
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
}

void let_signals_come() noexcept {
  const sigset_t set = all();
  pthread_sigmask(SIG_UNBLOCK, &set, nullptr);
}

} // namespace spfblock::server
