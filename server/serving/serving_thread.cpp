#include "server/serving/serving_thread.hpp"

#include "server/system/asio_endpoint.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/socket.h>
#include <utility>

namespace spfblock::server {

using std::chrono::milliseconds;

namespace {

/// Clients accepted in a row, before others are answered.
constexpr unsigned accepts_at_once = 16;

/// Clients accepted when a listener closes: as many as wait at most.
constexpr unsigned last_accepts = SOMAXCONN;

/// Clients of other threads that may be to give way at once: as many as a
/// thread accepts meanwhile.
constexpr unsigned most_to_go = accepts_at_once;

/// How long a listener rests that is out of descriptors or memory.
constexpr milliseconds rest{50};

/// Whether accept(2) failed because of the client alone.
bool client_has_gone(int reason) noexcept {
  return reason == ECONNABORTED || reason == EINTR || reason == EPROTO;
}

} // namespace

class serving_thread::listener final : public event_loop::watcher {
public:
  listener(serving_thread& on_thread, listening_socket of)
      : thread_{on_thread},
        of_{std::move(of)} {
    const int number = descriptor();
    ::fcntl(number, F_SETFL, ::fcntl(number, F_GETFL) | O_NONBLOCK);
  }
  ~listener() { thread_.loop_.unwatch(descriptor()); }
  listener(const listener&) = delete;
  listener& operator=(const listener&) = delete;

  void ready() override { thread_.accept(*this, accepts_at_once); }

  /// How its clients are served.
  [[nodiscard]] listening_socket& of() noexcept { return of_; }
  [[nodiscard]] int descriptor() const noexcept { return of_.socket.number(); }

private:
  serving_thread& thread_;
  listening_socket of_;
};

serving_thread::serving_thread(const published<table::snapshot>& table,
                               const log_sink& log, connection_limit& limit,
                               const std::atomic<bool>& log_hits,
                               query_time::judge* mail,
                               shared_sender_notes* senders)
    : limit_{limit},
      log_{log},
      context_{loop_,
               view{table},
               totals_,
               log,
               log_hits,
               order_,
               [this](int client) { forget(client); },
               mail,
               senders},
      thread_{[this] { loop_.run(); }} {}

serving_thread::~serving_thread() {
  begin_stop(milliseconds{0});
  join();
}

void serving_thread::listen(listening_socket on) {
  loop_.post([this, fresh = std::make_unique<listener>(
                        *this, std::move(on))]() mutable {
    if (loop_.watch(fresh->descriptor(), readiness::readable, *fresh))
      listeners_.push_back(std::move(fresh));
    else
      warn_of_failure(errno);
  });
}

void serving_thread::take_datagrams(descriptor socket, protocols::spoken at,
                                    unsigned number) {
  loop_.post(
      [this, number, at = std::move(at), taken = std::move(socket)]() mutable {
        auto port = std::make_unique<datagram_port>(std::move(taken),
                                                    std::move(at), context_);
        if (port->start())
          datagrams_.insert_or_assign(number, std::move(port));
        else
          warn_of_failure(errno);
      });
}

void serving_thread::speak(const protocols::spoken& at, unsigned number) {
  loop_.post([this, at, number] {
    if (listener* const one = with_number(number))
      one->of().speaks = at;
    const auto port = datagrams_.find(number);
    if (port != datagrams_.end())
      port->second->speak(at);
  });
}

void serving_thread::share_clients(std::vector<serving_thread*> all) {
  loop_.post([this, all = std::move(all)] { all_ = all; });
}

void serving_thread::stop_listening(unsigned number) {
  loop_.post([this, number] {
    const auto port = datagrams_.find(number);
    if (port != datagrams_.end()) {
      port->second->finish();
      datagrams_.erase(port);
    }
    listeners_.remove_if([&](const std::unique_ptr<listener>& each) {
      if (each->of().number != number)
        return false;
      accept(*each, last_accepts);
      return true;
    });
  });
}

void serving_thread::begin_stop(milliseconds patience) {
  loop_.post([this, patience] {
    stopping_ = true;
    close_listeners();
    for (auto& [number, each] : sessions_)
      each.finish();
    if (sessions_.empty())
      loop_.end();
    else
      loop_.after(patience, [this] { cut_off_clients(); });
  });
}

void serving_thread::join() {
  if (thread_.joinable())
    thread_.join();
}

/// @return null if there is none
serving_thread::listener* serving_thread::with_number(unsigned number) {
  for (const auto& each : listeners_)
    if (each->of().number == number)
      return each.get();
  return nullptr;
}

/// Accepts those who wait, `most` at most.
void serving_thread::accept(listener& from, unsigned most) {
  for (unsigned i = 0; i < most; ++i) {
    sockaddr_storage peer{};
    socklen_t size = sizeof peer;
    descriptor client{::accept4(from.descriptor(),
                                reinterpret_cast<sockaddr*>(&peer), &size,
                                SOCK_NONBLOCK | SOCK_CLOEXEC)};
    if (client.is_open()) {
      const protocols::spoken& at = from.of().speaks;
      const auto address = at.list ? address_of(peer) : std::nullopt;
      if (address && !at.serves(*address))
        totals_.add(protocols::count::foreign); // closes it
      else if (from.of().for_all && !stopping_)
        give(std::move(client), at); // another thread may have stopped already
      else
        take(std::move(client), at);
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
  loop_.change(which.descriptor(), readiness::none, which);
  loop_.after(rest, [this, number = which.of().number] {
    if (listener* const one = with_number(number))
      loop_.change(one->descriptor(), readiness::readable, *one);
  });
}

/// Serves the client, or lets the thread serve it whose turn it is.
void serving_thread::give(descriptor client, const protocols::spoken& at) {
  if (all_.empty())
    return take(std::move(client), at);
  serving_thread& to = *all_[next_to_give_++ % all_.size()];
  to.run([&to, at, given = std::move(client)]() mutable {
    to.take(std::move(given), at);
  });
}

void serving_thread::take(descriptor client, const protocols::spoken& at) {
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

/// Lets a client give way, soon where it is another thread's.
/// @return false if there is none
bool serving_thread::make_room() {
  const auto now = client_order::clock::now();
  auto* gives_way = order_.first_holder(now);
  if (!gives_way && let_others_make_room())
    return true;
  if (!gives_way)
    gives_way = order_.first_to_go(now);
  if (gives_way)
    let_go(*gives_way);
  return gives_way != nullptr;
}

/// It is destroyed when nothing is being called: it may have a call to come.
void serving_thread::let_go(client_order::client& who) {
  auto& gives_way = static_cast<session&>(who);
  gives_way.give_way();
  loop_.post([this, number = gives_way.number()] { forget(number); });
}

/// @return false if there are no others, or they have enough to do
bool serving_thread::let_others_make_room() {
  if (all_.size() < 2)
    return false;
  if (limit_.to_go.fetch_add(1) >= most_to_go) {
    limit_.to_go.fetch_sub(1);
    return false;
  }
  next_thread().run([&to = next_thread()] { to.make_room_for_others(1); });
  return true;
}

/// One of its own gives way, or the next thread is asked.  Once around, those
/// who only hold a connection; then the first that there is.
/// @param asked how many threads have been, this one among them
void serving_thread::make_room_for_others(std::size_t asked) {
  const auto now = client_order::clock::now();
  auto* const own =
      asked <= all_.size() ? order_.first_holder(now) : order_.first_to_go(now);
  if (!own && asked < 2 * all_.size())
    return next_thread().run(
        [&to = next_thread(), asked] { to.make_room_for_others(asked + 1); });
  limit_.to_go.fetch_sub(1);
  if (own)
    let_go(*own);
}

serving_thread& serving_thread::next_thread() const {
  const auto self = std::find(all_.begin(), all_.end(), this);
  return *(self + 1 == all_.end() ? all_.front() : *(self + 1));
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
    if (each->of().owner == socket_owner::us)
      accept(*each, last_accepts);
  listeners_.clear();
  for (const auto& [number, port] : datagrams_)
    port->finish();
  datagrams_.clear();
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
