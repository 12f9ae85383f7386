// Whether the threads of the service still turn.
#pragma once

#include "server/serving/serving_threads.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <functional>

namespace spfblock::server {

/// Beats as long as all of them do: in rounds, each of which asks every serving
/// thread and ends when the last one has answered.  A thread that hangs stops
/// the beat, and so does a controlling thread that hangs; one that was only
/// slow is followed by a beat at once.
///
/// Belongs to the thread of `io`.
class pulse {
public:
  /// @param asked outlives the pulse; `io` outlives both, and runs no more once
  ///        the pulse is gone
  pulse(boost::asio::io_context& io, const serving_threads& asked);

  /// Calls `beat` at the end of each round.  The first one begins now, the next
  /// ones so long after the beginning of the former one.
  /// @pre the threads are started
  void start(std::chrono::microseconds interval, std::function<void()> beat);

  /// No beat from now on.
  void stop();

private:
  void begin_round();
  void end_round();

  boost::asio::io_context& io_;
  const serving_threads& threads_;
  boost::asio::steady_timer next_;
  std::chrono::microseconds interval_{};
  std::function<void()> beat_;
};

} // namespace spfblock::server
