// What the admin port answers, page by page.
#pragma once

#include "core/reports/health.hpp"
#include "core/table/snapshot.hpp"
#include "server/admin/admin_port.hpp"
#include "server/admin/metrics.hpp"
#include "server/dns/dns_totals.hpp"
#include "server/query_time/mail_checks.hpp"
#include "server/refresh/refresher.hpp"
#include "server/serving/listeners.hpp"
#include "server/serving/published.hpp"
#include "server/system/clocks.hpp"

#include <functional>
#include <optional>
#include <string>
#include <utility>

namespace spfblock::server {

/// The documents of the admin port; reading one changes nothing.
///
/// Belongs to the thread of the refresher.
class admin_pages {
public:
  /// Everything given outlives the pages.
  /// @param ports that clients ask at
  /// @param dns whom the server asks
  /// @param mail who knows of claims
  /// @param signs tells how the service gets on
  admin_pages(const published<table::snapshot>& table,
              const refresher& refresher, const metrics& counted,
              const reports::configuration_status& configuration,
              const listeners& ports, const dns_totals& dns,
              const mail_checks& mail,
              std::function<reports::vital_signs()> signs)
      : table_{table},
        refresher_{refresher},
        metrics_{counted},
        configuration_{configuration},
        ports_{ports},
        dns_{dns},
        mail_{mail},
        signs_{std::move(signs)} {}

  /// The page of the path that was asked for; 404 with the paths that there
  /// are for any other one.
  [[nodiscard]] admin_reply answer(const admin_request& request) const;

  /// What others get: /metrics, made anew once a second at most, and nothing
  /// else.
  [[nodiscard]] admin_reply answer_others(const admin_request& request);

private:
  [[nodiscard]] admin_reply status() const;
  [[nodiscard]] admin_reply health() const;
  [[nodiscard]] admin_reply numbers() const;
  [[nodiscard]] admin_reply explain(const admin_request& request) const;
  [[nodiscard]] admin_reply exported(const admin_request& request) const;

  [[nodiscard]] reports::status_report report() const;
  [[nodiscard]] std::optional<std::string>
  health_problem(const reports::status_report& domains) const;

  const published<table::snapshot>& table_;
  const refresher& refresher_;
  const metrics& metrics_;
  const reports::configuration_status& configuration_;
  const listeners& ports_;
  const dns_totals& dns_;
  const mail_checks& mail_;
  std::function<reports::vital_signs()> signs_;
  admin_reply for_others_;
  std::optional<moment> made_for_others_;
};

} // namespace spfblock::server
