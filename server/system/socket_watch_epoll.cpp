// The socket watch over epoll(7).
#include "server/system/lifetime.hpp"
#include "server/system/socket_watch.hpp"

#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/system/error_code.hpp>

#include <array>
#include <cerrno>
#include <cstddef>
#include <sys/epoll.h>
#include <system_error>
#include <utility>

namespace spfblock::server {

namespace {

constexpr int sockets_at_once = 256; // of one wake-up

int make_epoll() {
  const int made = ::epoll_create1(EPOLL_CLOEXEC);
  if (made < 0)
    throw std::system_error{errno, std::generic_category(), "epoll_create1"};
  return made;
}

} // namespace

struct socket_watch::kernel : std::enable_shared_from_this<kernel> {
  kernel(boost::asio::io_context& io, std::function<void(key)> call)
      : epoll{io, make_epoll()},
        arrived{std::move(call)} {}

  void begin_wait() {
    epoll.async_wait(boost::asio::posix::descriptor_base::wait_read,
                     wait.guarded([this](boost::system::error_code error) {
                       if (!error)
                         ready();
                     }));
  }

  void end_wait() {
    wait.end();
    epoll.cancel();
  }

  void ready() {
    std::array<epoll_event, sockets_at_once> events;
    const int count =
        ::epoll_wait(epoll.native_handle(), events.data(), sockets_at_once, 0);
    const auto self = shared_from_this(); // the owner may be destroyed
    const auto watch = wait.present();
    for (int i = 0; i < count && !watch.over(); ++i)
      arrived(events[static_cast<std::size_t>(i)].data.u64);
    if (!watch.over())
      begin_wait();
  }

  boost::asio::posix::stream_descriptor epoll;
  std::function<void(key)> arrived;
  std::size_t sockets = 0; ///< watched
  lifetime wait;           ///< from the first of them to the last
};

socket_watch::socket_watch(boost::asio::io_context& io,
                           std::function<void(key)> arrived)
    : kernel_{std::make_shared<kernel>(io, std::move(arrived))} {}

socket_watch::~socket_watch() {
  kernel_->end_wait();
}

bool socket_watch::watch(int socket, key called) {
  epoll_event wanted{};
  wanted.events = EPOLLIN;
  wanted.data.u64 = called;
  if (::epoll_ctl(kernel_->epoll.native_handle(), EPOLL_CTL_ADD, socket,
                  &wanted) != 0)
    return false;
  if (kernel_->sockets++ == 0)
    kernel_->begin_wait();
  return true;
}

void socket_watch::unwatch(int /*socket*/) noexcept {
  // The kernel forgets it when it is closed.
  if (--kernel_->sockets == 0)
    kernel_->end_wait();
}

} // namespace spfblock::server
