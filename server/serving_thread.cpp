#include "server/serving_thread.hpp"

#include <boost/asio/post.hpp>

#include <utility>

namespace spfblock::server {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;
using clock = std::chrono::steady_clock;

/// A listening socket and the pause after a failed accept.
struct serving_thread::listener {
  listener(asio::io_context& io, const tcp::endpoint& on, int descriptor)
      : endpoint{on},
        acceptor{io, on.protocol(), descriptor},
        pause{io} {}

  tcp::endpoint endpoint;
  tcp::acceptor acceptor;
  asio::steady_timer pause;
};

serving_thread::serving_thread(const published<table::snapshot>& table,
                               const log_sink& log, connection_limit& limit,
                               std::atomic<bool>& log_hits)
    : work_{asio::make_work_guard(io_)},
      patience_{io_},
      limit_{limit},
      log_{log},
      context_{view{table}, totals_, log, log_hits},
      thread_{[this] { io_.run(); }} {}

serving_thread::~serving_thread() {
  if (!thread_.joinable())
    return;
  begin_stop(std::chrono::milliseconds{0});
  join();
}

void serving_thread::listen(const tcp::endpoint& on, int descriptor) {
  asio::post(io_, [this, on, descriptor] {
    listeners_.push_back(std::make_shared<listener>(io_, on, descriptor));
    accept(listeners_.back());
  });
}

void serving_thread::stop_listening(const tcp::endpoint& on) {
  asio::post(io_, [this, on] {
    listeners_.remove_if([&on](const std::shared_ptr<listener>& each) {
      if (each->endpoint != on)
        return false;
      error_code ignored;
      each->acceptor.close(ignored);
      each->pause.cancel();
      return true;
    });
  });
}

void serving_thread::begin_stop(std::chrono::milliseconds patience) {
  asio::post(io_, [this, patience] {
    stopping_ = true;
    for (const auto& each : listeners_) {
      error_code ignored;
      each->acceptor.close(ignored);
      each->pause.cancel();
    }
    listeners_.clear();
    for (session* each : sessions_)
      each->finish();
    work_.reset();
    if (sessions_.empty())
      return;
    patience_.expires_after(patience);
    patience_.async_wait([this](error_code error) {
      if (error)
        return;
      for (session* each : sessions_)
        each->close();
    });
  });
}

void serving_thread::join() {
  thread_.join();
}

void serving_thread::accept(const std::shared_ptr<listener>& from) {
  from->acceptor.async_accept(
      [this, from](error_code error, tcp::socket client) {
        if (!from->acceptor.is_open())
          return;
        if (error == asio::error::connection_aborted || !error) {
          if (!error)
            take(std::move(client));
          accept(from);
        } else {
          accept_later(from, error);
        }
      });
}

/// Out of descriptors or memory: the listener stays open and is looked at
/// again soon.
void serving_thread::accept_later(const std::shared_ptr<listener>& from,
                                  const error_code& why) {
  const auto now = clock::now();
  if (now - warned_at_ > std::chrono::minutes{1}) {
    warned_at_ = now;
    log_.write(log::event{level::error, "cannot accept"}.with("reason",
                                                              why.message()));
  }
  from->pause.expires_after(std::chrono::milliseconds{50});
  from->pause.async_wait([this, from](error_code error) {
    if (!error && from->acceptor.is_open())
      accept(from);
  });
}

void serving_thread::take(tcp::socket client) {
  if (limit_.open.fetch_add(1) >= limit_.most) {
    limit_.open.fetch_sub(1);
    warn_of_limit();
    return; // closes it: Postfix tries again after a second
  }
  totals_.connections.fetch_add(1, std::memory_order_relaxed);
  const auto fresh = std::make_shared<session>(
      std::move(client), context_, [this](session& ended) {
        limit_.open.fetch_sub(1);
        sessions_.erase(&ended);
        if (stopping_ && sessions_.empty())
          patience_.cancel();
      });
  sessions_.insert(fresh.get());
  fresh->start();
}

void serving_thread::warn_of_limit() {
  const auto now = clock::now();
  if (now - warned_at_ < std::chrono::minutes{1})
    return;
  warned_at_ = now;
  log_.write(log::event{level::warning, "connection limit reached"}.with(
      "connections", limit_.most.load()));
}

} // namespace spfblock::server
