// What /metrics tells.  docs/metrics.md
#pragma once

#include "core/reports/status.hpp"
#include "server/admin/exposition.hpp"
#include "server/admin/service_view.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace spfblock::server {

/// The domains of a report that have series of their own, in its order.
using domains_with_series = std::vector<const reports::domain_status*>;

/// As many as may: those in trouble first, the most pressing before, then those
/// with most hits.
/// @param of outlives what is given
[[nodiscard]] domains_with_series
choose_series(const reports::status_report& of, std::size_t most);

/// All metrics, in the format of exposition: nobody who counts knows
/// Prometheus.  The label `domain` has configured domains only.
/// @param domains as they are in the view
/// @param healthy what /healthz says
/// @param most how many domains have series of their own
[[nodiscard]] std::string metrics_text(const service_view& of,
                                       const reports::status_report& domains,
                                       bool healthy, std::size_t most);

/// The families about the domains.
/// @param with_series those that have a value each
void tell_domains(exposition& to, const reports::status_report& of,
                  const domains_with_series& with_series);

} // namespace spfblock::server
