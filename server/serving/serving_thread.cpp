#include "server/serving/serving_thread.hpp"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/socket.h>
#include <utility>

namespace spfblock::server {

using boost::asio::ip::tcp;
using std::chrono::milliseconds;

namespace {

/// Clients accepted in a row, before others are answered.
constexpr unsigned accepts_at_once = 16;

/// Clients accepted when a listener closes: as many as wait at most.
constexpr unsigned last_accepts = SOMAXCONN;

/// How long a listener rests that is out of descriptors or memory.
constexpr milliseconds rest{50};

/// Whether accept(2) failed because of the client alone.
bool client_has_gone(int reason) noexcept {
  return reason == ECONNABORTED || reason == EINTR || reason == EPROTO;
}

} // namespace

class serving_thread::listener final : public event_loop::watcher {
public:
  listener(serving_thread& on_thread, protocols::door at,
           const tcp::endpoint& on, int number, socket_owner owner)
      : thread_{on_thread},
        door_{at},
        endpoint_{on},
        socket_{number},
        owner_{owner} {
    ::fcntl(number, F_SETFL, ::fcntl(number, F_GETFL) | O_NONBLOCK);
  }
  ~listener() { thread_.loop_.unwatch(number()); }
  listener(const listener&) = delete;
  listener& operator=(const listener&) = delete;

  void ready() override { thread_.accept(*this, accepts_at_once); }

  [[nodiscard]] protocols::door door() const noexcept { return door_; }
  [[nodiscard]] const tcp::endpoint& endpoint() const noexcept {
    return endpoint_;
  }
  [[nodiscard]] int number() const noexcept { return socket_.number(); }
  [[nodiscard]] socket_owner owner() const noexcept { return owner_; }

private:
  serving_thread& thread_;
  protocols::door door_;
  tcp::endpoint endpoint_;
  descriptor socket_;
  socket_owner owner_;
};

serving_thread::serving_thread(const published<table::snapshot>& table,
                               const log_sink& log, connection_limit& limit,
                               const std::atomic<bool>& log_hits)
    : limit_{limit},
      log_{log},
      context_{loop_,
               view{table},
               totals_,
               log,
               log_hits,
               order_,
               [this](int client) { forget(client); }},
      thread_{[this] { loop_.run(); }} {}

serving_thread::~serving_thread() {
  if (!thread_.joinable())
    return;
  begin_stop(milliseconds{0});
  join();
}

void serving_thread::listen(protocols::door at, const tcp::endpoint& on,
                            int descriptor, socket_owner owner) {
  loop_.post([this, fresh = std::make_unique<listener>(
                        *this, at, on, descriptor, owner)]() mutable {
    if (loop_.watch(fresh->number(), readiness::readable, *fresh))
      listeners_.push_back(std::move(fresh));
    else
      warn_of_failure(errno);
  });
}

void serving_thread::share_clients(std::vector<serving_thread*> all) {
  loop_.post([this, all = std::move(all)] { sharing_ = all; });
}

void serving_thread::stop_listening(const tcp::endpoint& on) {
  loop_.post([this, on] {
    listeners_.remove_if([&](const std::unique_ptr<listener>& each) {
      if (each->endpoint() != on)
        return false;
      accept(*each, last_accepts);
      return true;
    });
  });
}

void serving_thread::begin_stop(milliseconds patience) {
  loop_.post([this, patience] {
    close_listeners();
    stopping_ = true;
    for (auto& [number, each] : sessions_)
      each.finish();
    if (sessions_.empty())
      loop_.end();
    else
      loop_.after(patience, [this] { cut_off_clients(); });
  });
}

void serving_thread::join() {
  thread_.join();
}

/// Accepts those who wait, `most` at most.
void serving_thread::accept(listener& from, unsigned most) {
  for (unsigned i = 0; i < most; ++i) {
    descriptor client{::accept4(from.number(), nullptr, nullptr,
                                SOCK_NONBLOCK | SOCK_CLOEXEC)};
    if (client.is_open()) {
      if (from.owner() == socket_owner::us)
        take(std::move(client), from.door());
      else
        give(std::move(client), from.door());
    } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
      return;
    } else if (!client_has_gone(errno)) {
      warn_of_failure(errno);
      return pause(from);
    }
  }
}

/// Out of descriptors or memory: the listener stays open and is looked at
/// again soon.
void serving_thread::pause(listener& which) {
  loop_.change(which.number(), readiness::none, which);
  loop_.after(rest, [this, on = which.endpoint()] {
    for (const auto& each : listeners_)
      if (each->endpoint() == on)
        loop_.change(each->number(), readiness::readable, *each);
  });
}

/// Serves the client, or lets the next of those who share serve it.
void serving_thread::give(descriptor client, protocols::door at) {
  if (sharing_.empty())
    return take(std::move(client), at);
  serving_thread& to = *sharing_[next_of_sharing_++ % sharing_.size()];
  to.run([&to, at, given = std::move(client)]() mutable {
    to.take(std::move(given), at);
  });
}

void serving_thread::take(descriptor client, protocols::door at) {
  if (limit_.open.fetch_add(1) >= limit_.most) {
    totals_.add(protocols::count::turned_away);
    warn_of_limit();
    if (!make_room()) {
      limit_.open.fetch_sub(1);
      return; // closes it: Postfix tries again after a second
    }
  }
  totals_.add(protocols::count::connections);
  const int number = client.number();
  const auto added =
      sessions_.try_emplace(number, std::move(client), at, context_);
  session& taken = added.first->second;
  if (!taken.start()) {
    warn_of_failure(errno);
    forget(number);
  } else if (stopping_) {
    taken.finish(); // it was given while this thread began to stop
  }
}

/// Lets a client give way.  It is destroyed when nothing is being called: it
/// may have a call to come.
/// @return false if there is none
bool serving_thread::make_room() {
  auto* const first = order_.first_to_go(client_order::clock::now());
  if (!first)
    return false;
  auto& gives_way = static_cast<session&>(*first);
  gives_way.give_way();
  loop_.post([this, number = gives_way.number()] { forget(number); });
  return true;
}

void serving_thread::forget(int client) {
  if (sessions_.erase(client) == 0)
    return; // cut off since it gave way
  limit_.open.fetch_sub(1);
  if (stopping_ && sessions_.empty())
    loop_.end();
}

void serving_thread::close_listeners() {
  for (const auto& each : listeners_)
    if (each->owner() == socket_owner::us)
      accept(*each, last_accepts);
  listeners_.clear();
}

void serving_thread::cut_off_clients() {
  limit_.open.fetch_sub(static_cast<unsigned>(sessions_.size()));
  sessions_.clear();
  loop_.end();
}

bool serving_thread::warning::is_due() {
  const auto now = std::chrono::steady_clock::now();
  if (given_ && now - *given_ < std::chrono::minutes{1})
    return false;
  given_ = now;
  return true;
}

void serving_thread::warn_of_failure(int reason) {
  if (failure_.is_due())
    log_.write(log::event_of<log::kind::cannot_accept>{}.with(
        "reason", std::strerror(reason)));
}

void serving_thread::warn_of_limit() {
  if (limit_reached_.is_due())
    log_.write(log::event_of<log::kind::connection_limit_reached>{}.with(
        "connections", limit_.most.load()));
}

} // namespace spfblock::server
