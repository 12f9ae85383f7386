#include "server/dns/datagram_sockets.hpp"

#include "core/support/contract.hpp"
#include "server/system/asio_endpoint.hpp"

#include <cerrno>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <system_error>

namespace spfblock::server {
namespace {

constexpr std::size_t most_events = 256; // of one wake-up

boost::system::error_code last_error() {
  return {errno, boost::system::system_category()};
}

int make_epoll() {
  const int made = ::epoll_create1(EPOLL_CLOEXEC);
  if (made < 0)
    throw std::system_error{errno, std::generic_category(), "epoll_create1"};
  return made;
}

/// What epoll(7) gives back: a place and which of its sockets.
std::uint64_t key_of(std::size_t index, std::uint32_t generation) {
  return std::uint64_t{generation} << 32U | index;
}

} // namespace

// Leases -------------------------------------------------------------------

boost::system::error_code
datagram_sockets::lease::send(std::string_view octets) {
  EXPECTS(from_ != nullptr);
  return from_->send(index_, octets);
}

bool datagram_sockets::lease::has_message() const {
  EXPECTS(from_ != nullptr);
  int octets = 0;
  const int socket = from_->places_[index_].socket.number();
  return ::ioctl(socket, FIONREAD, &octets) == 0 && octets > 0;
}

void datagram_sockets::lease::give_back() noexcept {
  if (auto* const from = std::exchange(from_, nullptr))
    from->end_lease(index_, true);
}

void datagram_sockets::lease::close() noexcept {
  if (auto* const from = std::exchange(from_, nullptr))
    from->end_lease(index_, false);
}

void datagram_sockets::end_lease(std::size_t index, bool reuse) noexcept {
  places_[index].by = nullptr;
  --leased_;
  if (reuse && places_[index].questions < most_questions)
    idle_.push_back(index);
  else
    close(index);
  if (leased_ == 0 && !receiving_)
    close_idle();
}

// Sockets ------------------------------------------------------------------

datagram_sockets::datagram_sockets(boost::asio::io_context& io)
    : epoll_{io, make_epoll()} {}

datagram_sockets::lease datagram_sockets::open(const net::endpoint& server,
                                               std::string_view octets,
                                               std::shared_ptr<asker> by,
                                               error_code& error) {
  EXPECTS(by != nullptr);
  std::optional<std::size_t> index = take_idle(server);
  // What a used socket tells here is about the questions before.
  if (index && send(*index, octets)) {
    close(*index);
    index = std::nullopt;
  }
  if (!index) {
    index = make(server);
    error = connect(*index);
    if (!error)
      error = send(*index, octets);
    if (error) {
      close(*index);
      return {};
    }
  }
  place& here = places_[*index];
  here.by = std::move(by);
  ++here.questions;
  ++leased_;
  wait();
  return {*this, *index};
}

/// One of the idle sockets at random, if it may be used for `server`; else it
/// is closed, so that there are not more and more.
std::optional<std::size_t>
datagram_sockets::take_idle(const net::endpoint& server) {
  if (idle_.empty())
    return std::nullopt;
  std::swap(idle_[random_() % idle_.size()], idle_.back());
  const std::size_t index = idle_.back();
  idle_.pop_back();
  const place& here = places_[index];
  if (here.server == server && clock::now() - here.opened < longest_use)
    return index;
  close(index);
  return std::nullopt;
}

/// A place for a new socket.
std::size_t datagram_sockets::make(const net::endpoint& server) {
  if (empty_.empty()) {
    empty_.push_back(places_.size());
    places_.emplace_back();
    empty_.reserve(places_.capacity());
    idle_.reserve(places_.capacity());
  }
  const std::size_t index = empty_.back();
  empty_.pop_back();
  place& here = places_[index];
  here.server = server;
  here.opened = clock::now();
  here.questions = 0;
  return index;
}

/// Opens the socket; the kernel chooses its port.
boost::system::error_code datagram_sockets::connect(std::size_t index) {
  place& here = places_[index];
  const auto to = udp_endpoint(here.server);
  here.socket = descriptor{
      ::socket(to.protocol().family(), SOCK_DGRAM | SOCK_CLOEXEC, 0)};
  if (!here.socket.is_open() ||
      ::connect(here.socket.number(), to.data(),
                static_cast<socklen_t>(to.size())) != 0)
    return last_error();
  epoll_event wanted{};
  wanted.events = EPOLLIN;
  wanted.data.u64 = key_of(index, here.generation);
  if (::epoll_ctl(epoll_.native_handle(), EPOLL_CTL_ADD, here.socket.number(),
                  &wanted) != 0)
    return last_error();
  return {};
}

boost::system::error_code datagram_sockets::send(std::size_t index,
                                                 std::string_view octets) {
  const int socket = places_[index].socket.number();
  const auto sent = uninterrupted([&] {
    return ::send(socket, octets.data(), octets.size(), MSG_NOSIGNAL);
  });
  return sent < 0 ? last_error() : boost::system::error_code{};
}

void datagram_sockets::close(std::size_t index) noexcept {
  places_[index].socket = descriptor{};
  ++places_[index].generation;
  empty_.push_back(index);
}

void datagram_sockets::close_idle() noexcept {
  for (const std::size_t index : std::exchange(idle_, {}))
    close(index);
  if (!std::exchange(waiting_, false))
    return;
  wait_.end();
  epoll_.cancel();
}

// Waiting ------------------------------------------------------------------

void datagram_sockets::wait() {
  if (waiting_ || receiving_)
    return;
  waiting_ = true;
  epoll_.async_wait(boost::asio::posix::descriptor_base::wait_read,
                    wait_.guarded([this](error_code error) {
                      if (!error)
                        ready();
                    }));
}

void datagram_sockets::ready() {
  std::array<epoll_event, most_events> events;
  const int count =
      ::epoll_wait(epoll_.native_handle(), events.data(), most_events, 0);
  const auto watch = wait_.present();
  waiting_ = false;
  receiving_ = true;
  for (int i = 0; i < count; ++i) {
    receive(events[static_cast<std::size_t>(i)].data.u64);
    if (watch.over()) // who was called has destroyed this
      return;
  }
  receiving_ = false;
  if (leased_ > 0)
    wait();
  else
    close_idle();
}

/// One message or error at a socket; what is left has another event.
void datagram_sockets::receive(std::uint64_t key) {
  const auto index = static_cast<std::size_t>(key & 0xffffffffU);
  place& here = places_[index];
  if (key != key_of(index, here.generation))
    return; // closed meanwhile
  if (!here.by) {
    std::erase(idle_, index);
    return close(index);
  }
  const auto by = here.by;
  const auto size = ::recv(here.socket.number(), buffer_.data(), buffer_.size(),
                           MSG_DONTWAIT);
  if (size >= 0)
    by->received({buffer_.data(), static_cast<std::size_t>(size)});
  else if (errno != EAGAIN && errno != EINTR)
    by->failed(last_error());
}

} // namespace spfblock::server
