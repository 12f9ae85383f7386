#include "tests/bench/load.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <netinet/tcp.h>
#include <span>
#include <string>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace spfblock::bench {

using std::chrono::nanoseconds;

namespace {

[[noreturn]] void fail(const char* what) {
  throw std::system_error{errno, std::generic_category(), what};
}

} // namespace

load::load(const sockaddr_in& to, std::size_t connections,
           const std::vector<request>& requests, std::size_t batch)
    : requests_{requests},
      batch_{batch},
      epoll_{::epoll_create1(EPOLL_CLOEXEC)},
      connections_(connections) {
  for (std::size_t i = 0; i < connections; ++i) {
    connections_[i].next = i * requests.size() / connections;
    connect(to, connections_[i]);
    idle_.push_back(&connections_[i]);
  }
}

load::~load() {
  for (connection& each : connections_)
    give_up(each);
  ::close(epoll_);
}

void load::connect(const sockaddr_in& to, connection& made) {
  made.number = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (made.number < 0)
    fail("socket");
  const int on = 1;
  ::setsockopt(made.number, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  // No TIME_WAIT: thousands of connections, many times in a row.
  const linger reset{1, 0};
  ::setsockopt(made.number, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): connect(2)
  const auto* const address = reinterpret_cast<const sockaddr*>(&to);
  if (::connect(made.number, address, sizeof to) != 0)
    fail("connect");
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.ptr = &made;
  if (::epoll_ctl(epoll_, EPOLL_CTL_ADD, made.number, &event) != 0)
    fail("epoll_ctl");
}

load_result load::run(nanoseconds duration, std::optional<double> rate) {
  result_ = {};
  result_.latencies.reserve(std::size_t{1} << 20U);
  interval_.reset();
  if (rate)
    interval_ = nanoseconds{static_cast<nanoseconds::rep>(1e9 / *rate)};
  next_due_ = clock::now();
  const auto end = next_due_ + duration;
  for (auto now = next_due_; now < end; now = clock::now()) {
    send_due(now);
    wait(interval_ ? std::min(next_due_, end) : end);
  }
  // The last replies, so that the next run finds all connections idle.
  interval_ = nanoseconds::max();
  const auto patience = clock::now() + std::chrono::seconds{5};
  while (idle_.size() + result_.wrong + result_.closed < connections_.size() &&
         clock::now() < patience)
    wait(patience);
  return std::move(result_);
}

/// Sends what is due by now on idle connections.
void load::send_due(clock::time_point now) {
  while (!idle_.empty() && (!interval_ || next_due_ <= now)) {
    connection& by = *idle_.front();
    idle_.pop_front();
    send_batch(by, interval_ ? next_due_ : clock::now());
    if (interval_)
      next_due_ += *interval_;
  }
}

void load::send_batch(connection& by, clock::time_point due) {
  std::array<char, 16384> octets; // NOLINT(*-member-init): hot
  std::size_t size = 0;
  for (std::size_t i = 0; i < batch_; ++i) {
    const std::string& one = requests_[(by.next + i) % requests_.size()].octets;
    if (size + one.size() > octets.size())
      throw std::length_error{"batch too large"};
    std::memcpy(octets.data() + size, one.data(), one.size());
    size += one.size();
  }
  by.left = batch_;
  by.due = due;
  const auto sent = ::send(by.number, octets.data(), size, MSG_NOSIGNAL);
  if (sent != static_cast<ssize_t>(size)) {
    ++result_.closed;
    give_up(by);
  }
}

void load::wait(std::optional<clock::time_point> until) {
  std::array<epoll_event, 512> events; // NOLINT(*-member-init): hot
  timespec limit{};
  if (until) {
    const auto left =
        std::max(nanoseconds{0}, nanoseconds{*until - clock::now()});
    limit.tv_sec = left.count() / 1'000'000'000;
    limit.tv_nsec = left.count() % 1'000'000'000;
  }
  const int count =
      ::epoll_pwait2(epoll_, events.data(), static_cast<int>(events.size()),
                     until ? &limit : nullptr, nullptr);
  for (const epoll_event& each :
       std::span{events}.first(static_cast<std::size_t>(std::max(count, 0))))
    receive(*static_cast<connection*>(each.data.ptr), !interval_);
}

/// @param restart whether the next batch is due as soon as this one is answered
void load::receive(connection& by, bool restart) {
  std::array<char, 65536> octets; // NOLINT(*-member-init): hot
  const auto size =
      ::recv(by.number, octets.data(), octets.size(), MSG_DONTWAIT);
  if (size < 0 && errno == EAGAIN)
    return;
  if (size <= 0) {
    ++result_.closed;
    return give_up(by);
  }
  if (!check(by, octets.data(), static_cast<std::size_t>(size))) {
    ++result_.wrong;
    return give_up(by);
  }
  if (by.left > 0)
    return;
  const auto now = clock::now();
  result_.latencies.push_back(now - by.due);
  if (restart)
    send_batch(by, now);
  else
    idle_.push_back(&by);
}

/// Whether these are the next octets of the replies expected, and no more.
bool load::check(connection& by, const char* octets, std::size_t size) {
  while (size > 0) {
    if (by.left == 0)
      return false;
    const std::string& expected = requests_[by.next].reply;
    const auto part = std::min(size, expected.size() - by.octets);
    if (std::memcmp(octets, expected.data() + by.octets, part) != 0)
      return false;
    octets += part;
    size -= part;
    by.octets += part;
    if (by.octets < expected.size())
      return true;
    by.octets = 0;
    by.next = (by.next + 1) % requests_.size();
    --by.left;
    ++result_.requests;
  }
  return true;
}

void load::give_up(connection& by) {
  if (by.number >= 0)
    ::close(std::exchange(by.number, -1));
}

} // namespace spfblock::bench
