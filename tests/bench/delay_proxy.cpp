// Makes a name server far away: a UDP proxy that delays what it answers and
// loses some datagrams of each direction.
//
// usage: delay_proxy PORT SERVER_PORT DELAY_MS LOSS SEED     on 127.0.0.1
//
// LOSS is a part of 1; the same SEED loses the same datagrams of a sequence.
// Runs until SIGTERM, then prints one line of JSON: the datagrams of clients
// ("queries") and of the server ("answers"), how many of each it lost on
// purpose, and how many the kernel dropped because it was too slow.
#include "server/system/descriptor.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <exception>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <random>
#include <span>
#include <stdexcept>
#include <string>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <system_error>
#include <vector>

namespace {

using clock_type = std::chrono::steady_clock;
using spfblock::server::descriptor;
using spfblock::server::uninterrupted;

constexpr std::size_t longest = 4096; ///< octets of a datagram
constexpr std::size_t batch = 64;     ///< datagrams a system call
constexpr std::size_t header = 12;    ///< octets of a DNS message (RFC 1035)

[[noreturn]] void fail(const char* what) {
  throw std::system_error{errno, std::generic_category(), what};
}

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in at{};
  at.sin_family = AF_INET;
  at.sin_port = htons(port);
  at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return at;
}

sockaddr* generic(sockaddr_in& at) {
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): bind(2)
  return reinterpret_cast<sockaddr*>(&at);
}

descriptor udp_socket() {
  descriptor made{::socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0)};
  const int room = 4 << 20; // a burst must not be lost here
  if (!made.is_open())
    fail("socket");
  ::setsockopt(made.number(), SOL_SOCKET, SO_RCVBUF, &room, sizeof room);
  ::setsockopt(made.number(), SOL_SOCKET, SO_SNDBUF, &room, sizeof room);
  return made;
}

struct datagram {
  sockaddr_in peer{}; ///< where it came from or goes to
  std::string octets;
};

std::uint16_t id_of(const datagram& of) {
  std::uint16_t id = 0;
  std::memcpy(&id, of.octets.data(), sizeof id);
  return id;
}

void set_id(datagram& of, std::uint16_t id) {
  std::memcpy(of.octets.data(), &id, sizeof id);
}

/// Receives and sends up to `batch` datagrams a system call.
class mover {
public:
  explicit mover(int socket) : socket_{socket} {
    for (std::size_t i = 0; i < batch; ++i) {
      parts_[i] = {room_[i].data(), longest};
      messages_[i].msg_hdr.msg_iov = &parts_[i];
      messages_[i].msg_hdr.msg_iovlen = 1;
    }
  }

  /// What is there, at most a batch.
  std::vector<datagram> receive() {
    for (std::size_t i = 0; i < batch; ++i) {
      parts_[i] = {room_[i].data(), longest};
      messages_[i].msg_hdr.msg_name = &peers_[i];
      messages_[i].msg_hdr.msg_namelen = sizeof peers_[i];
    }
    const int count = uninterrupted([&] {
      return ::recvmmsg(socket_, messages_.data(), batch, 0, nullptr);
    });
    std::vector<datagram> all;
    for (std::size_t i = 0; i < static_cast<std::size_t>(std::max(count, 0));
         ++i) {
      if (messages_[i].msg_len >= header)
        all.push_back({peers_[i], {room_[i].data(), messages_[i].msg_len}});
    }
    return all;
  }

  /// Sends each to its peer, or where the socket is connected to.  What the
  /// kernel does not take is lost, as in a network.
  void send(std::span<datagram> all, bool connected) {
    for (std::size_t i = 0; i < all.size(); ++i) {
      parts_[i] = {all[i].octets.data(), all[i].octets.size()};
      messages_[i].msg_hdr.msg_name = connected ? nullptr : &all[i].peer;
      messages_[i].msg_hdr.msg_namelen = connected ? 0 : sizeof(sockaddr_in);
    }
    std::size_t done = 0;
    while (done < all.size()) {
      const int count = uninterrupted([&] {
        return ::sendmmsg(socket_, &messages_[done],
                          static_cast<unsigned>(all.size() - done), 0);
      });
      done += static_cast<std::size_t>(std::max(count, 1));
    }
  }

private:
  int socket_;
  std::array<std::array<char, longest>, batch> room_{};
  std::array<sockaddr_in, batch> peers_{};
  std::array<iovec, batch> parts_{};
  std::array<mmsghdr, batch> messages_{};
};

struct way {
  std::uint16_t port = 0;
  std::uint16_t server_port = 0;
  std::chrono::microseconds delay{0};
  double loss = 0;
  std::uint64_t seed = 0;
};

/// Each question goes to the server under an id of its own, which says whose
/// it is when the answer comes.
class proxy {
public:
  explicit proxy(const way& by)
      : by_{by},
        chance_{by.seed},
        front_{udp_socket()},
        back_{udp_socket()} {
    sockaddr_in at = loopback(by.port);
    if (::bind(front_.number(), generic(at), sizeof at) != 0)
      fail("bind");
    sockaddr_in server = loopback(by.server_port);
    if (::connect(back_.number(), generic(server), sizeof server) != 0)
      fail("connect");
    sigset_t end{};
    ::sigemptyset(&end);
    ::sigaddset(&end, SIGTERM);
    ::sigprocmask(SIG_BLOCK, &end, nullptr);
    signals_ = descriptor{::signalfd(-1, &end, 0)};
    for (const auto* each : {&front_, &back_, &timer_, &signals_})
      watch(*each);
  }

  void run() {
    for (;;) {
      epoll_event ready{};
      if (uninterrupted([&] {
            return ::epoll_wait(events_.number(), &ready, 1, -1);
          }) < 0)
        fail("epoll_wait");
      if (ready.data.fd == front_.number())
        take_queries();
      else if (ready.data.fd == back_.number())
        take_answers();
      else if (ready.data.fd == signals_.number())
        return;
      deliver();
    }
  }

  void report() const {
    fmt::print(R"({{"queries": {}, "answers": {}, "lost_queries": {}, )"
               R"("lost_answers": {}, "dropped": {}}})"
               "\n",
               queries_, answers_, lost_queries_, lost_answers_,
               drops(front_) + drops(back_));
  }

private:
  struct asker {
    sockaddr_in client{};
    std::uint16_t id = 0; ///< that the client chose
  };
  struct parcel {
    clock_type::time_point due;
    datagram what;
  };

  static std::uint32_t drops(const descriptor& socket) {
    std::array<std::uint32_t, SK_MEMINFO_VARS> told{};
    socklen_t size = sizeof told;
    ::getsockopt(socket.number(), SOL_SOCKET, SO_MEMINFO, told.data(), &size);
    return told[SK_MEMINFO_DROPS];
  }

  void watch(const descriptor& what) {
    epoll_event on{};
    on.events = EPOLLIN;
    on.data.fd = what.number();
    if (::epoll_ctl(events_.number(), EPOLL_CTL_ADD, what.number(), &on) != 0)
      fail("epoll_ctl");
  }

  bool loses() {
    return std::generate_canonical<double, 32>(chance_) < by_.loss;
  }

  void take_queries() {
    auto all = from_clients_.receive();
    queries_ += all.size();
    lost_queries_ += std::erase_if(all, [&](auto&) { return loses(); });
    for (datagram& each : all) {
      askers_[++last_] = {each.peer, id_of(each)};
      set_id(each, last_);
    }
    to_server_.send(all, true);
  }

  void take_answers() {
    auto all = to_server_.receive();
    answers_ += all.size();
    lost_answers_ += std::erase_if(all, [&](auto&) { return loses(); });
    const auto due = clock_type::now() + by_.delay;
    for (datagram& each : all) {
      const asker& whose = askers_[id_of(each)];
      each.peer = whose.client;
      set_id(each, whose.id);
      on_the_way_.push_back({due, std::move(each)});
    }
  }

  /// All take equally long, so the first one is due first.
  void deliver() {
    const auto now = clock_type::now();
    std::vector<datagram> due;
    while (!on_the_way_.empty() && on_the_way_.front().due <= now) {
      due.push_back(std::move(on_the_way_.front().what));
      on_the_way_.pop_front();
      if (due.size() == batch) {
        from_clients_.send(due, false);
        due.clear();
      }
    }
    from_clients_.send(due, false);
    set_timer();
  }

  void set_timer() {
    const auto at = on_the_way_.empty() ? clock_type::time_point{}
                                        : on_the_way_.front().due;
    if (std::exchange(timer_at_, at) == at)
      return;
    const auto since = at.time_since_epoch();
    const auto whole = std::chrono::duration_cast<std::chrono::seconds>(since);
    itimerspec when{};
    when.it_value.tv_sec = whole.count();
    when.it_value.tv_nsec = std::chrono::nanoseconds{since - whole}.count();
    ::timerfd_settime(timer_.number(), TFD_TIMER_ABSTIME, &when, nullptr);
  }

  way by_;
  std::mt19937_64 chance_;
  descriptor front_; ///< clients send here
  descriptor back_;  ///< to the server
  descriptor timer_{::timerfd_create(CLOCK_MONOTONIC, 0)};
  descriptor signals_;
  descriptor events_{::epoll_create1(0)};
  mover from_clients_{front_.number()};
  mover to_server_{back_.number()};
  std::vector<asker> askers_ = std::vector<asker>(65536); ///< by our ids
  std::uint16_t last_ = 0;                                ///< id given
  std::deque<parcel> on_the_way_;
  clock_type::time_point timer_at_{};
  std::uint64_t queries_ = 0;
  std::uint64_t answers_ = 0;
  std::uint64_t lost_queries_ = 0;
  std::uint64_t lost_answers_ = 0;
};

std::uint16_t port_from(const std::string& text) {
  const int port = std::stoi(text);
  if (port < 1 || port > 65535)
    throw std::invalid_argument{"no port: " + text};
  return static_cast<std::uint16_t>(port);
}

} // namespace

int main(int argc, char* argv[]) try {
  const std::vector<std::string> given(argv, argv + argc);
  if (given.size() != 6)
    throw std::invalid_argument{
        "usage: delay_proxy PORT SERVER_PORT DELAY_MS LOSS SEED"};
  way by;
  by.port = port_from(given[1]);
  by.server_port = port_from(given[2]);
  by.delay = std::chrono::milliseconds{std::stoul(given[3])};
  by.loss = std::stod(given[4]);
  by.seed = std::stoull(given[5]);
  proxy between{by};
  between.run();
  between.report();
} catch (const std::exception& problem) {
  std::fprintf(stderr, "delay_proxy: %s\n", problem.what());
  return EXIT_FAILURE;
}
