// The configuration that was accepted last, kept for a start at which the file
// is faulty: no fault of a configuration stops mail.
#pragma once

#include "core/support/timestamp.hpp"
#include "server/configuration.hpp"
#include "server/refresh/state_file.hpp"
#include "server/system/log_sink.hpp"

#include <boost/asio/thread_pool.hpp>

#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace spfblock::server {

/// Where it is kept: `accepted.json` in the folder that the service manager
/// gave, $STATE_DIRECTORY; nothing where none did.
[[nodiscard]] std::optional<std::string> accepted_path();

/// The same for those who ask about the service: beside its state file.
[[nodiscard]] std::string accepted_beside(const std::string& state_file);

/// Reads what is kept there.
/// @return nothing if there is no such file; the failures of
///         state_file::load() and config::kept_from_json()
result<std::optional<config::kept_configuration>>
read_accepted(const std::string& path);

/// With what a service starts.
struct beginning {
  /// What it runs; nothing: neither the file nor a kept one can be used.
  std::optional<configuration> chosen;
  /// What is wrong with the file; none: it was chosen.
  std::vector<json::problem> refused;
  /// Where nothing is chosen: what can be done all the same, by
  /// config::doors_in() of the file, or of what was kept.
  config::settings refuge;
  /// Why a kept configuration cannot be used, if there is one.
  std::string trouble;
};

/// Reads the configuration file, or what was kept of an earlier one where it is
/// faulty, or, where one may have been kept, does not come to its end.
/// @param kept_at nothing: nowhere
[[nodiscard]] beginning begin_with(const std::string& file,
                                   const std::optional<std::string>& kept_at);

/// Keeps configurations, of which the last counts.  The disk is waited for on a
/// thread of its own; what goes wrong is logged and stops nothing.
class accepted_keeper {
public:
  /// @param at nothing: keeps none
  accepted_keeper(const std::optional<std::string>& at, const log_sink& log);
  /// Waits for the disk.
  ~accepted_keeper();
  accepted_keeper(const accepted_keeper&) = delete;
  accepted_keeper& operator=(const accepted_keeper&) = delete;

  void keep(const configuration& accepted);

  /// Waits for the disk, but no longer than that.
  /// @return whether all is written, or has failed
  [[nodiscard]] bool is_done_by(moment limit);

private:
  const log_sink& log_;
  std::unique_ptr<state_file> file_; ///< null: nowhere
  std::mutex mutex_;                 ///< of `waiting_`
  std::condition_variable written_;
  unsigned waiting_ = 0; ///< to be written
  boost::asio::thread_pool writer_{1};
};

} // namespace spfblock::server
