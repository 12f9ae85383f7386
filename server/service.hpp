// The running server: owns everything, starts it, reloads it, stops it.
#pragma once

#include "server/admin/admin_pages.hpp"
#include "server/admin/admin_port.hpp"
#include "server/admin/metrics.hpp"
#include "server/configuration.hpp"
#include "server/exit_status.hpp"
#include "server/refresh/refresher.hpp"
#include "server/serving/published.hpp"
#include "server/serving/pulse.hpp"
#include "server/serving/serving_threads.hpp"
#include "server/system/inherited_sockets.hpp"
#include "server/system/listening_socket.hpp"
#include "server/system/log_sink.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>

#include <memory>
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
  service(std::string path, configuration initial);
  ~service();
  service(const service&) = delete;
  service& operator=(const service&) = delete;

  /// Serves until SIGTERM or SIGINT.
  /// @return done, or unavailable if a port cannot be had
  exit_status run();

private:
  struct open_listener {
    config::listener wanted;
    boost::asio::ip::tcp::endpoint real;
  };

  struct fresh_listener {
    config::listener wanted;
    listening_sockets sockets;
  };

  /// Has what is not open yet: handed over or opened.  Clients may connect, and
  /// wait until serve_on().
  /// @return the new ones, or why not
  [[nodiscard]] result<std::vector<fresh_listener>>
  open_listeners(const std::vector<config::listener>& wanted) const;

  /// Serves on `fresh` too, and no more on what is not wanted.
  void serve_on(const std::vector<config::listener>& wanted,
                std::vector<fresh_listener> fresh);
  void apply_limits();
  void await_signal();
  void reload();
  void apply_file();
  void refuse(const std::vector<json::problem>& problems);
  void tell_statistics();
  void warn_of_unused_sockets();
  void start_pulse();
  void tell_status() const;
  [[nodiscard]] reports::vital_signs signs() const;
  void stop();

  std::string path_;
  configuration now_;
  log_sink log_;
  boost::asio::io_context io_{1};
  boost::asio::signal_set signals_;
  published<table::snapshot> table_;
  inherited_sockets inherited_;
  std::vector<open_listener> listeners_;
  serving_threads threads_;
  pulse pulse_;
  bool ready_ = false; ///< and the service manager knows
  moment alive_at_;    ///< when all serving threads last answered
  std::shared_ptr<dns_totals> dns_ = std::make_shared<dns_totals>();
  reload_totals reloads_;
  refresher refresher_;
  metrics metrics_;
  admin_pages pages_;
  admin_port admin_;
};

} // namespace spfblock::server
