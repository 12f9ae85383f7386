// What /metrics tells.  docs/metrics.md
#pragma once

#include "core/reports/status.hpp"
#include "core/table/snapshot.hpp"
#include "server/admin/exposition.hpp"
#include "server/dns/dns_totals.hpp"
#include "server/query_time/mail_checks.hpp"
#include "server/refresh/refresher.hpp"
#include "server/serving/listeners.hpp"
#include "server/serving/published.hpp"
#include "server/serving/serving_threads.hpp"
#include "server/system/clocks.hpp"
#include "server/system/log_sink.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace spfblock::server {

/// What became of the configurations of SIGHUP.
struct reload_totals {
  std::uint64_t accepted = 0;
  std::uint64_t refused = 0;
  bool last_accepted = true;
  /// When the configuration in force was read; at first, at the start.
  std::chrono::sys_seconds accepted_at = read_clocks().wall;
};

/// The domains of a report that have series of their own, in its order.
using domains_with_series = std::vector<const reports::domain_status*>;

/// As many as may: those in trouble first, the most pressing before, then those
/// with most hits.
/// @param of outlives what is given
[[nodiscard]] domains_with_series
choose_series(const reports::status_report& of, std::size_t most);

/// Reads the counters of all parts when it is asked: nobody who counts knows
/// Prometheus.
///
/// The label `domain` has configured domains only, and not more of them than
/// limit_series() says.  Belongs to the thread of the refresher.
class metrics {
public:
  /// Where the counters are.  All outlive the metrics.
  struct sources {
    const published<table::snapshot>& table;
    const refresher& refresh;
    const serving_threads& threads;
    const listeners& ports;
    const mail_checks& mail;
    const log_sink& log;
    const dns_totals& dns;
    const reload_totals& reloads;
    std::chrono::sys_seconds started_at;
  };

  explicit metrics(const sources& from) : from_{from} {}

  /// How many domains have series of their own, from now on.
  void limit_series(std::size_t most) noexcept { most_domains_ = most; }

  /// All of them, in the format of exposition.
  /// @param domains as they are now
  /// @param healthy what /healthz says
  [[nodiscard]] std::string text(const reports::status_report& domains,
                                 bool healthy) const;

  /// Lookups answered with a network of the domain since the start.
  [[nodiscard]] std::uint64_t hits_of(const std::string& domain) const;

private:
  void tell_process(exposition& to,
                    const reports::configuration_status& running) const;
  void tell_serving(exposition& to) const;
  void tell_mail(exposition& to) const;
  void tell_table(exposition& to) const;
  void tell_pages(exposition& to, const domains_with_series& of) const;
  void tell_totals(exposition& to) const;
  void tell_refresh(exposition& to) const;
  void tell_dns(exposition& to) const;

  sources from_;
  std::size_t most_domains_ = config::metrics_settings{}.domains;
};

/// The families about the domains.
/// @param with_series those that have a value each
void tell_domains(exposition& to, const reports::status_report& of,
                  const domains_with_series& with_series);

} // namespace spfblock::server
