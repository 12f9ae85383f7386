// The running server: owns everything, starts it, reloads it, stops it.
#pragma once

#include "core/support/clock_watch.hpp"
#include "server/accepted.hpp"
#include "server/admin/admin_pages.hpp"
#include "server/admin/admin_port.hpp"
#include "server/admin/service_view.hpp"
#include "server/configuration.hpp"
#include "server/configuration_reader.hpp"
#include "server/configuration_record.hpp"
#include "server/exit_status.hpp"
#include "server/hits/hit_keeper.hpp"
#include "server/publish/file_publisher.hpp"
#include "server/query_time/mail_checks.hpp"
#include "server/refresh/refresher.hpp"
#include "server/serving/listeners.hpp"
#include "server/serving/published.hpp"
#include "server/serving/pulse.hpp"
#include "server/serving/serving_threads.hpp"
#include "server/serving/shared_sender_notes.hpp"
#include "server/system/clocks.hpp"
#include "server/system/inherited_sockets.hpp"
#include "server/system/log_sink.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace spfblock::server {

/// `spfblock serve`.
///
/// The thread that calls run() controls: signals, DNS, refresh.  Lookups are
/// answered by serving threads that share with it the published table and
/// counters, nothing else.
class service {
public:
  /// @param path of the configuration file, read again at SIGHUP
  /// @param kept_at where accepted configurations are kept; nothing: nowhere
  service(std::string path, beginning with,
          const std::optional<std::string>& kept_at);
  ~service();
  service(const service&) = delete;
  service& operator=(const service&) = delete;

  /// Serves until SIGTERM or SIGINT.
  exit_status run();

private:
  /// Whether a configuration says what is listed.
  enum class contents : bool { none, listings };

  void begin();
  /// Changes over to `next`, by the same steps at the start and at a reload.
  void apply(
      configuration next, contents of_it = contents::listings,
      std::function<void()> applied = [] {});
  [[nodiscard]] configuration without_any() const;
  void refresh(std::function<void()> applied);
  void serve();
  void accept();
  [[nodiscard]] unsigned allow_clients(const config::settings& settings) const;
  void await_signal();
  void heed(int number);
  void take_over(loaded_configuration loaded);
  void reloaded();
  void refuse(const std::vector<json::problem>& problems);
  void start_pulse();
  void look_at_clocks();
  void tell_status() const;
  [[nodiscard]] reports::vital_signs signs() const;
  void stop();
  void leave_what_is_under_way();

  std::string path_;
  beginning begun_; ///< but for what was chosen, which is in now_
  configuration now_;
  bool refreshes_ = false; ///< the refresher is started
  log_sink log_;
  boost::asio::io_context io_{1};
  configuration_record record_;
  configuration_reader reader_;
  boost::asio::signal_set signals_;
  bool is_starting_ = false;    ///< the state is being read
  std::set<int> early_signals_; ///< that came meanwhile
  published<table::snapshot> table_;
  inherited_sockets inherited_ = inherited_sockets::take();
  mail_checks mail_;
  shared_sender_notes senders_{read_clocks().wall};
  serving_threads threads_;
  listeners listeners_;
  pulse pulse_;
  bool ready_ = false; ///< and the service manager knows
  bool stopped_ = false;
  moment alive_at_; ///< when all serving threads last answered
  clock_watch clock_{read_clocks()};
  std::shared_ptr<dns_totals> dns_ = std::make_shared<dns_totals>();
  reload_totals reloads_;
  refresher refresher_;
  hit_keeper hits_; ///< writes on a thread of refresher_
  file_publisher files_;
  service_parts parts_; ///< what is told of the service is taken from
  admin_pages pages_;
  admin_port admin_;
  admin_port metrics_for_others_;
};

} // namespace spfblock::server
