// No service manager: nobody listens, nothing is handed over.
#include "server/system/service_manager.hpp"

namespace spfblock::server::service_manager {

bool listens() noexcept {
  return false;
}

void ready() {}

void reloading() {}

void stopping() {}

void alive() {}

void status(std::string_view /*text*/) {}

std::optional<std::chrono::microseconds> watchdog_interval() {
  return std::nullopt;
}

std::vector<handed_over> take_descriptors() {
  return {};
}

} // namespace spfblock::server::service_manager
