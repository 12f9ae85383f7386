#include "server/dns/datagram_sockets.hpp"

#include "core/support/contract.hpp"
#include "server/system/asio_endpoint.hpp"

#include <cerrno>
#include <sys/ioctl.h>
#include <sys/socket.h>

namespace spfblock::server {
namespace {

boost::system::error_code last_error() {
  return {errno, boost::system::system_category()};
}

/// A place and which of its sockets.
socket_watch::key key_of(std::size_t index, std::uint32_t generation) {
  return socket_watch::key{generation} << 32U | index;
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
    : watch_{io, [this](socket_watch::key at) { arrived(at); }} {}

datagram_sockets::lease
datagram_sockets::open(const net::scoped_endpoint& server,
                       std::string_view octets, std::shared_ptr<receiver> by,
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
  return {*this, *index};
}

/// One of the idle sockets at random, if it may be used for `server`; else it
/// is closed, so that there are not more and more.
std::optional<std::size_t>
datagram_sockets::take_idle(const net::scoped_endpoint& server) {
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
std::size_t datagram_sockets::make(const net::scoped_endpoint& server) {
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
  descriptor fresh{
      ::socket(to.protocol().family(), SOCK_DGRAM | SOCK_CLOEXEC, 0)};
  if (!fresh.is_open() ||
      ::connect(fresh.number(), to.data(), static_cast<socklen_t>(to.size())) !=
          0 ||
      !watch_.watch(fresh.number(), key_of(index, here.generation)))
    return last_error();
  here.socket = std::move(fresh);
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
  place& here = places_[index];
  if (here.socket.is_open())
    watch_.unwatch(here.socket.number());
  here.socket = descriptor{};
  ++here.generation;
  empty_.push_back(index);
}

void datagram_sockets::close_idle() noexcept {
  for (const std::size_t index : std::exchange(idle_, {}))
    close(index);
}

// Waiting ------------------------------------------------------------------

void datagram_sockets::arrived(socket_watch::key at) {
  const auto watch = life_.present();
  receiving_ = true;
  receive(at);
  if (watch.over()) // who was called has destroyed this
    return;
  receiving_ = false;
  if (leased_ == 0)
    close_idle();
}

/// One message or error at a socket; what is left is told again.
void datagram_sockets::receive(socket_watch::key at) {
  const auto index = static_cast<std::size_t>(at & 0xffffffffU);
  place& here = places_[index];
  if (at != key_of(index, here.generation))
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
