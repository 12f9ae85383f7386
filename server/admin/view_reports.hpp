// What is reported of a service as it was at one moment.
#pragma once

#include "core/reports/status.hpp"
#include "server/admin/service_view.hpp"

#include <optional>
#include <string>

namespace spfblock::server {

/// The status of the service, with all that a running one knows.
[[nodiscard]] reports::status_report
report_of(const service_view& of,
          const reports::domain_choice& only = std::nullopt);

/// What is wrong with the service, in a line; nothing if all is well
/// (reports::health_problem).
/// @param domains report_of() the same view
[[nodiscard]] std::optional<std::string>
problem_of(const service_view& of, const reports::status_report& domains);

} // namespace spfblock::server
