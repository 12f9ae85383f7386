// The ports that clients ask at, as they are configured.
#pragma once

#include "core/config/settings.hpp"
#include "core/support/result.hpp"
#include "server/serving/serving_threads.hpp"
#include "server/system/inherited_sockets.hpp"
#include "server/system/listening_socket.hpp"
#include "server/system/log_sink.hpp"

#include <boost/asio/ip/tcp.hpp>

#include <vector>

namespace spfblock::server {

/// Changes from one `listen` to another in two steps, of which only the first
/// can fail: what is new is opened, then served.
///
/// Belongs to the controlling thread.
class listeners {
public:
  /// A port that is open but not served: clients may connect, and wait.
  struct fresh_listener {
    config::listener wanted;
    listening_sockets sockets;
  };
  using fresh_listeners = std::vector<fresh_listener>;

  /// What is given outlives the listeners.
  listeners(const inherited_sockets& inherited, serving_threads& threads,
            const log_sink& log)
      : inherited_{inherited},
        threads_{threads},
        log_{log} {}

  /// Has what is not served yet: handed over or opened.
  /// @return the new ones, or errc::temporary if a port cannot be had
  [[nodiscard]] result<fresh_listeners>
  open(const std::vector<config::listener>& wanted) const;

  /// Serves on `fresh` too, and no more on what is not wanted.
  /// @param fresh of open() for the same `wanted`
  /// @pre the threads are started
  void serve(const std::vector<config::listener>& wanted,
             fresh_listeners fresh);

private:
  struct served_listener {
    config::listener wanted;
    boost::asio::ip::tcp::endpoint real;
  };

  const inherited_sockets& inherited_;
  serving_threads& threads_;
  const log_sink& log_;
  std::vector<served_listener> served_;
};

/// Tells the log of each inherited socket that neither `listen` nor `admin`
/// names.
void warn_of_unused(const inherited_sockets& inherited,
                    const config::settings& settings, const log_sink& log);

} // namespace spfblock::server
