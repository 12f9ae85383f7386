// The service manager as libsystemd knows it.
#include "server/system/service_manager.hpp"

#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <systemd/sd-daemon.h>
#include <utility>

namespace spfblock::server::service_manager {

namespace {

void tell(const std::string& state) {
  sd_notify(0, state.c_str());
}

} // namespace

bool listens() noexcept {
  return std::getenv("NOTIFY_SOCKET") != nullptr;
}

void ready() {
  tell("READY=1");
}

void reloading() {
  // The moment tells a Type=notify-reload unit which SIGHUP is answered; it is
  // the clock of steady_clock.
  const auto now = std::chrono::duration_cast<std::chrono::microseconds>(
      std::chrono::steady_clock::now().time_since_epoch());
  tell("RELOADING=1\nMONOTONIC_USEC=" + std::to_string(now.count()));
}

void stopping() {
  tell("STOPPING=1");
}

void alive() {
  tell("WATCHDOG=1");
}

void status(std::string_view text) {
  tell("STATUS=" + std::string{text});
}

std::optional<std::chrono::microseconds> watchdog_interval() {
  std::uint64_t interval_us = 0;
  if (sd_watchdog_enabled(0, &interval_us) <= 0)
    return std::nullopt;
  return std::chrono::microseconds{
      static_cast<std::chrono::microseconds::rep>(interval_us)};
}

std::vector<handed_over> take_descriptors() {
  std::vector<handed_over> taken;
  char** names = nullptr;
  const int count = sd_listen_fds_with_names(1, &names);
  for (int i = 0; i < count; ++i) {
    char* given = names == nullptr ? nullptr : names[i];
    std::string name = given == nullptr ? "unknown" : given;
    std::free(given);
    taken.push_back({std::move(name), descriptor{SD_LISTEN_FDS_START + i}});
  }
  std::free(names);
  return taken;
}

} // namespace spfblock::server::service_manager
