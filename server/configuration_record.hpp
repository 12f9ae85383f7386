// What became of the configuration file: told in the log, remembered, and kept
// where it was accepted.
#pragma once

#include "core/reports/configuration_status.hpp"
#include "server/accepted.hpp"
#include "server/system/alarm.hpp"
#include "server/system/log_sink.hpp"

#include <boost/asio/io_context.hpp>

#include <optional>
#include <string>
#include <vector>

namespace spfblock::server {

/// Follows what a service makes of its configuration file, from the start on.
///
/// Belongs to the thread of `io`.
class configuration_record {
public:
  /// @param file its path, as messages call it
  /// @param with what the service starts with
  /// @param kept_at where accepted configurations are kept; nothing: nowhere
  configuration_record(boost::asio::io_context& io, const log_sink& log,
                       std::string file, const beginning& with,
                       const std::optional<std::string>& kept_at);

  /// Says why the service does not start with the file, if it does not: now,
  /// and once a minute until a file is accepted.
  void tell_beginning(const beginning& with);

  /// The file is read again: accept() or refuse() follows.
  void read_again() noexcept {
    ++status_.reloads;
    status_.is_applying = true;
  }

  /// The file is in force, and that is what it says; for the domains it will
  /// be.
  void accept(const configuration& now);

  /// What was accepted last is in force for the domains, too.
  void applied() noexcept { status_.is_applying = false; }

  /// The file was refused, and what was in force before goes on.
  void refuse(const std::vector<json::problem>& problems);

  [[nodiscard]] const reports::configuration_status& status() const noexcept {
    return status_;
  }

  /// Waits until what was accepted is kept, but no longer than that.
  /// @return whether it is, or cannot be
  [[nodiscard]] bool is_kept_by(moment limit) {
    return keeper_.is_done_by(limit);
  }

private:
  void remind();
  void tell_faults(const std::vector<json::problem>& problems) const;

  const log_sink& log_;
  std::string file_;
  reports::configuration_status status_;
  accepted_keeper keeper_;
  alarm reminder_; ///< while the file is not in force
};

} // namespace spfblock::server
