// The ports and UNIX sockets that clients ask at, as they are configured.
#pragma once

#include "core/config/settings.hpp"
#include "server/serving/port_plan.hpp"
#include "server/serving/serving_threads.hpp"
#include "server/system/alarm.hpp"
#include "server/system/inherited_sockets.hpp"
#include "server/system/listening_socket.hpp"
#include "server/system/log_sink.hpp"
#include "server/system/socket_file.hpp"

#include <boost/asio/io_context.hpp>

#include <optional>
#include <string>
#include <vector>

namespace spfblock::server {

/// Opens what plan_ports() says, and closes what it no longer says.  A port
/// that cannot be had is logged, once as long as the reason is the same, and
/// tried again each second; the others are served meanwhile.  Where only what
/// is spoken at a port changes, its sockets stay, and clients that are
/// connected speak as they began.
///
/// Belongs to the controlling thread, the one of `io`.
class listeners {
public:
  /// What is given outlives the listeners.
  listeners(boost::asio::io_context& io, const inherited_sockets& inherited,
            serving_threads& threads, const log_sink& log);

  /// Changes over to the ports of these settings.  Before the threads are
  /// started they are open, so that clients connect and wait, and served by
  /// serve(); afterwards at once.
  void apply(const config::settings& settings);

  /// Serves what is open.
  /// @pre the threads are started
  void serve();

  /// Removes the files of the UNIX sockets that it has opened: nobody comes
  /// any more.
  void remove_files();

  /// Where it listens at present.
  [[nodiscard]] std::vector<net::socket_address> addresses() const;

  /// The same with their doors.
  [[nodiscard]] std::vector<config::listener> doors() const;

  /// The ports that cannot be had at present.
  [[nodiscard]] std::vector<net::socket_address> missing() const;

  /// Why not, a text for each of them.
  [[nodiscard]] std::vector<std::string> troubles() const;

private:
  struct port {
    planned_port plan;
    std::optional<listening_sockets> open;   ///< and not served yet
    std::optional<net::socket_address> real; ///< open or served
    unsigned number = 0; ///< by serving_threads, where it is served
    socket_file file;    ///< of a UNIX socket that was opened
    std::string trouble; ///< why not, as it was told
  };

  void follow(port& served, const planned_port& before);
  [[nodiscard]] bool drop(std::vector<port> gone);
  void try_to_open(port& which, bool tell);
  void try_missing();
  void tell_trouble(port& of, const std::string& reason) const;
  void tell_served(const port& which) const;
  void tell_mismatch(const port& of) const;

  const inherited_sockets& inherited_;
  serving_threads& threads_;
  const log_sink& log_;
  std::vector<port> ports_;
  alarm again_; ///< for those that cannot be had
};

} // namespace spfblock::server
