// A thread that answers lookups: its own event loop, listeners and sessions.
#pragma once

#include "server/session.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>

#include <atomic>
#include <chrono>
#include <list>
#include <memory>
#include <thread>
#include <unordered_set>

namespace spfblock::server {

/// Shared by all serving threads: how many clients may be connected.
struct connection_limit {
  std::atomic<unsigned> open = 0;
  std::atomic<unsigned> most = 4096;
};

/// Accepts and serves clients on one thread.
///
/// Thread safety: the public functions may be called from the controlling
/// thread; they only post to this one.  stop() and the destructor wait for it.
class serving_thread {
public:
  /// Everything given outlives the thread.
  serving_thread(const published<table::snapshot>& table, const log_sink& log,
                 connection_limit& limit, std::atomic<bool>& log_hits);
  ~serving_thread();
  serving_thread(const serving_thread&) = delete;
  serving_thread& operator=(const serving_thread&) = delete;

  /// Takes over a listening socket.
  /// @param descriptor owned by the thread from now on
  void listen(const boost::asio::ip::tcp::endpoint& on, int descriptor);

  /// Stops listening there; connected clients stay.
  void stop_listening(const boost::asio::ip::tcp::endpoint& on);

  /// Stops accepting, answers what was received, and ends; clients that take
  /// no replies are cut off after `patience`.
  void begin_stop(std::chrono::milliseconds patience);

  /// Waits for the end.  @pre begin_stop() was called
  void join();

  [[nodiscard]] const serving_totals& totals() const noexcept {
    return totals_;
  }

private:
  struct listener;

  void accept(const std::shared_ptr<listener>& from);
  void take(boost::asio::ip::tcp::socket client);
  void accept_later(const std::shared_ptr<listener>& from,
                    const boost::system::error_code& why);
  void warn_of_limit();

  boost::asio::io_context io_{1};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type>
      work_;
  boost::asio::steady_timer patience_;
  connection_limit& limit_;
  const log_sink& log_;
  serving_totals totals_;
  session_context context_;
  std::list<std::shared_ptr<listener>> listeners_;
  std::unordered_set<session*> sessions_;
  std::chrono::steady_clock::time_point warned_at_{};
  bool stopping_ = false;
  std::thread thread_;
};

} // namespace spfblock::server
