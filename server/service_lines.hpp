// A running service in one line: for the service manager, and for the log.
#pragma once

#include "core/log/event.hpp"
#include "server/admin/service_view.hpp"

#include <string>

namespace spfblock::server {

/// Ports besides those of `listen` that cannot be had.
struct missing_ports {
  bool admin = false;
  bool metrics = false;
};

/// What a service manager shows: that the configuration file is not in force,
/// or how the domains fare, what is asked, and what is in trouble.  In the
/// words of `spfblock status`.
[[nodiscard]] std::string status_line(const service_parts& of,
                                      missing_ports besides);

/// What SIGUSR1 asks for.
[[nodiscard]] log::event statistics_event(const service_parts& of);

} // namespace spfblock::server
