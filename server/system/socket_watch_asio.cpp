// The socket watch as operations of Boost.Asio.
#include "core/support/contract.hpp"
#include "server/system/lifetime.hpp"
#include "server/system/socket_watch.hpp"

#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/system/error_code.hpp>

#include <cerrno>
#include <unordered_map>
#include <utility>

namespace spfblock::server {

namespace {

using boost::asio::posix::stream_descriptor;
using boost::system::error_code;

} // namespace

struct socket_watch::kernel : std::enable_shared_from_this<kernel> {
  /// A socket that is not ours.
  struct watched {
    watched(boost::asio::io_context& io, key name)
        : descriptor{io},
          called{name} {}
    watched(const watched&) = delete;
    watched& operator=(const watched&) = delete;
    ~watched() {
      if (descriptor.is_open())
        descriptor.release();
    }

    stream_descriptor descriptor;
    key called;
    lifetime wait;
  };

  kernel(boost::asio::io_context& on, std::function<void(key)> call)
      : io{on},
        arrived{std::move(call)} {}

  void begin_wait(watched& at) {
    at.descriptor.async_wait(stream_descriptor::wait_read,
                             at.wait.guarded([this, &at](error_code error) {
                               if (!error)
                                 ready(at);
                             }));
  }

  void ready(watched& at) {
    const auto self = shared_from_this(); // the owner may be destroyed
    const auto watch = at.wait.present();
    arrived(at.called);
    if (!watch.over())
      begin_wait(at);
  }

  boost::asio::io_context& io;
  std::function<void(key)> arrived;
  std::unordered_map<int, watched> by_number;
};

socket_watch::socket_watch(boost::asio::io_context& io,
                           std::function<void(key)> arrived)
    : kernel_{std::make_shared<kernel>(io, std::move(arrived))} {}

socket_watch::~socket_watch() {
  kernel_->by_number.clear();
}

bool socket_watch::watch(int socket, key called) {
  auto& all = kernel_->by_number;
  const auto [at, is_new] = all.try_emplace(socket, kernel_->io, called);
  EXPECTS(is_new);
  error_code error;
  at->second.descriptor.assign(socket, error);
  if (!error) {
    kernel_->begin_wait(at->second);
    return true;
  }
  all.erase(at);
  errno = error.value();
  return false;
}

void socket_watch::unwatch(int socket) noexcept {
  kernel_->by_number.erase(socket);
}

} // namespace spfblock::server
