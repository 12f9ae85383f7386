// A timer for the earliest of several moments.
#pragma once

#include "core/support/timestamp.hpp"
#include "server/system/lifetime.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <functional>

namespace spfblock::server {

/// Rings once at the earliest moment that it was set to since it last rang.
///
/// Belongs to the thread of the io_context.
class alarm {
public:
  /// @param ring is called on the thread of `io`, never from within a call of
  ///        this; may set the alarm again, does not destroy it
  alarm(boost::asio::io_context& io, std::function<void()> ring);

  /// Rings at `at`, unless it does so earlier anyway.
  void set(moment at);

  /// Rings no more, whatever set() says.
  void stop();

private:
  boost::asio::steady_timer timer_;
  std::function<void()> ring_;
  moment rings_at_ = moment::max();
  lifetime wait_; ///< of the present wait
};

} // namespace spfblock::server
