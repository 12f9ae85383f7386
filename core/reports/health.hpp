// Whether the service does what it is there for, for a health check.
#pragma once

#include "core/reports/status.hpp"

#include <chrono>
#include <optional>
#include <string>

namespace spfblock::reports {

/// How the refresh gets on.
struct vital_signs {
  bool published = false; ///< a table answers that was made for this
                          ///< configuration, be it from the state file
  /// Since all serving threads last answered the controlling one.
  std::chrono::seconds unanswered{0};
  /// How long the table that is being built has been.
  std::optional<std::chrono::seconds> building;
  /// Where expansions are under way: since the last one began or ended.
  std::optional<std::chrono::seconds> quiet;
  /// As overdue_by().
  std::chrono::seconds overdue{0};
};

/// How long ago the next look should have begun; 0 if it lies ahead.  Linear.
[[nodiscard]] std::chrono::seconds overdue_by(const domains::domain_book& book,
                                              timestamp now);

/// No serving thread is busy for so long, no table built for so long, and no
/// look that is due waits so long.
inline constexpr std::chrono::minutes longest_delay{5};
/// Expansions do not all take so long, be the DNS as slow as it may.
inline constexpr std::chrono::hours longest_quiet{1};

/// What an administrator should look at now, in one line without LF; nothing if
/// all is well.
///
/// The service is ill if it runs without the configuration file, if no table
/// was published yet, if a port of `listen` cannot be had, if lookups,
/// building, expanding or waking up hang, or if listed domains are configured
/// and not one of them has networks to rely on: known, and found good within
/// twice refresh.interval. One domain that fails is no illness: a spammer's DNS
/// may vanish any day. Neither is what the DNS answered and a limit refused.
[[nodiscard]] std::optional<std::string>
health_problem(const status_report& domains, const vital_signs& signs,
               const config::refresh_settings& refresh);

/// What he should look at where the service is not ill: a reload that was
/// refused, published files that cannot be written, allowed domains that
/// protect nothing, or only a part.  One line
/// without LF; nothing if there are none.
[[nodiscard]] std::optional<std::string> concern(const status_report& domains);

} // namespace spfblock::reports
