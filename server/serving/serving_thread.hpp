// A thread that answers lookups: its own event loop, listeners and sessions.
#pragma once

#include "server/serving/datagram_port.hpp"
#include "server/serving/event_loop.hpp"
#include "server/serving/session.hpp"
#include "server/system/descriptor.hpp"
#include "server/system/listening_socket.hpp"

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <list>
#include <memory>
#include <optional>
#include <thread>
#include <unordered_map>
#include <utility>
#include <vector>

namespace spfblock::server {

/// Shared by all serving threads: how many clients may be connected.
struct connection_limit {
  std::atomic<unsigned> open = 0;
  std::atomic<unsigned> most = 4096;
  /// Clients of other threads that are to give way: so many more than `most`
  /// may be connected for a moment.
  std::atomic<unsigned> to_go = 0;
};

/// A socket that listens, as serving threads take it over.
struct listening_socket {
  unsigned number; ///< which it is: no other's, but of the other threads
  protocols::spoken speaks; ///< with its clients
  descriptor socket;
  socket_owner owner = socket_owner::us;
  bool for_all = false; ///< its clients are dealt out to those who share
};

/// Accepts and serves clients on one thread.  Where as many are connected as
/// may be, one gives way to each new one, as client_order says: one of its own
/// that only holds its connection, else such a one of another thread, else one
/// that has asked.
///
/// Thread safety: the public functions may be called from the controlling
/// thread; they only post to this one.  join() and the destructor wait for it.
class serving_thread {
public:
  /// Everything given outlives the thread.
  /// @param mail who knows of claims; null: nobody
  /// @param senders where the senders of listed hosts are noted; null: nowhere
  serving_thread(const published<table::snapshot>& table, const log_sink& log,
                 connection_limit& limit, const std::atomic<bool>& log_hits,
                 query_time::judge* mail = nullptr,
                 shared_sender_notes* senders = nullptr);
  ~serving_thread();
  serving_thread(const serving_thread&) = delete;
  serving_thread& operator=(const serving_thread&) = delete;

  /// Takes over a listening socket.
  void listen(listening_socket on);

  /// Takes over a socket for the datagrams that come to the port of that
  /// number, where the door is dnsbl.
  void take_datagrams(descriptor socket, protocols::spoken at, unsigned number);

  /// Speaks otherwise with the clients to come of that socket, and answers
  /// datagrams so.
  void speak(const protocols::spoken& at, unsigned number);

  /// All threads that serve, this one among them.  They make room for each
  /// other's clients, and get those of sockets that are for all in turn:
  /// several threads that wait at one socket would leave nearly all clients to
  /// the same.  Before listen().
  /// @param all none is destroyed before all have ended
  void share_clients(std::vector<serving_thread*> all);

  /// Stops listening there; connected clients stay, and those that wait to be
  /// accepted are.
  void stop_listening(unsigned number);

  /// Stops accepting, answers what was received, and ends; clients that take
  /// no replies are cut off after `patience`.  Those that wait to be accepted
  /// are, unless the service manager keeps the socket: then they are the next
  /// process's.
  void begin_stop(std::chrono::milliseconds patience);

  /// Runs `what` on this thread between two lookups; lost if it ends before.
  void run(event_loop::task what) { loop_.post(std::move(what)); }

  /// Waits for the end, if it has not yet.  @pre begin_stop() was called
  void join();

  [[nodiscard]] const serving_totals& totals() const noexcept {
    return totals_;
  }

private:
  class listener;

  /// A warning that is not to flood the log.
  class warning {
  public:
    /// Whether it may be given: once a minute.
    [[nodiscard]] bool is_due();

  private:
    std::optional<std::chrono::steady_clock::time_point> given_;
  };

  [[nodiscard]] listener* with_number(unsigned number);
  void accept(listener& from, unsigned most);
  void pause(listener& which);
  void give(descriptor client, const protocols::spoken& at);
  void take(descriptor client, const protocols::spoken& at);
  [[nodiscard]] bool make_room();
  void let_go(client_order::client& who);
  [[nodiscard]] bool let_others_make_room();
  void make_room_for_others(std::size_t asked);
  [[nodiscard]] serving_thread& next_thread() const;
  void forget(int client);
  void close_listeners();
  void cut_off_clients();
  void warn_of_failure(int reason);
  void warn_of_limit();

  connection_limit& limit_;
  const log_sink& log_;
  warning failure_;
  warning limit_reached_;
  serving_totals totals_;
  event_loop loop_;
  client_order order_; ///< outlives the sessions
  session_context context_;
  std::list<std::unique_ptr<listener>> listeners_;
  /// By the number of the port.
  std::unordered_map<unsigned, std::unique_ptr<datagram_port>> datagrams_;
  std::vector<serving_thread*> all_; ///< empty: it is alone
  std::size_t next_to_give_ = 0;
  std::unordered_map<int, session> sessions_; ///< by descriptor
  bool stopping_ = false;
  std::thread thread_;
};

} // namespace spfblock::server
