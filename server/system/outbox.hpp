// What one thread has for another, a batch at a time.
#pragma once

#include "server/system/unique_task.hpp"

#include <boost/asio/io_context.hpp>

#include <cstddef>
#include <memory>
#include <vector>

namespace spfblock::server {

/// Posts tasks to the loop of another thread together, when the handlers that
/// wait in its own one now have run, or as soon as there are `most`.  To wake a
/// thread costs more than most tasks do, and a thread that is woken for the
/// first of many may take the processor from who has the others.
///
/// What is posted goes, whatever becomes of the outbox.  Belongs to the thread
/// of its own loop.
class outbox {
public:
  static constexpr std::size_t most = 32;

  /// @param own the loop of who posts, `to` the one of who does it; both
  ///        outlive what is posted
  outbox(boost::asio::io_context& own, boost::asio::io_context& to)
      : own_{own},
        to_{to} {}

  /// Lets `to` do this, in the order of the calls.
  void post(unique_task what);

private:
  using tasks = std::vector<unique_task>;

  static void send(tasks& all, boost::asio::io_context& to);

  boost::asio::io_context& own_;
  boost::asio::io_context& to_;
  std::shared_ptr<tasks> waiting_ = std::make_shared<tasks>();
};

} // namespace spfblock::server
