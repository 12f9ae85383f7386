// The poller over Boost.Asio, which knows kqueue(2), /dev/poll and select(2).
#include "core/support/contract.hpp"
#include "server/system/lifetime.hpp"
#include "server/system/poller.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <boost/system/error_code.hpp>

#include <cerrno>
#include <unordered_map>
#include <utility>

namespace spfblock::server {

namespace {

namespace asio = boost::asio;
using asio::posix::stream_descriptor;
using boost::system::error_code;

/// How many are called by one wait.
constexpr unsigned calls_at_once = 256;

/// A descriptor that is not ours, and one wait of Asio at a time.
class watched {
public:
  watched(asio::io_context& io, poller::watcher& by)
      : descriptor_{io},
        by_{by} {}
  watched(const watched&) = delete;
  watched& operator=(const watched&) = delete;
  ~watched() {
    if (descriptor_.is_open())
      descriptor_.release();
  }

  [[nodiscard]] error_code assign(int number) {
    error_code error;
    descriptor_.assign(number, error);
    return error;
  }

  /// Begins to wait; a former wait is over.
  void wait_for(readiness wanted) {
    wait_.end();
    descriptor_.cancel();
    if (wanted == readiness::none)
      return;
    descriptor_.async_wait(wanted == readiness::readable
                               ? stream_descriptor::wait_read
                               : stream_descriptor::wait_write,
                           wait_.guarded([this, wanted](error_code error) {
                             if (!error)
                               call(wanted);
                           }));
  }

private:
  /// Waits again, unless the watcher waits for something else by then.
  void call(readiness again) {
    const auto watch = wait_.present();
    by_.ready();
    if (!watch.over())
      wait_for(again);
  }

  stream_descriptor descriptor_;
  poller::watcher& by_;
  lifetime wait_; ///< the present one
};

} // namespace

struct poller::kernel {
  asio::io_context io{1};
  asio::executor_work_guard<asio::io_context::executor_type> work{
      io.get_executor()};
  std::unordered_map<int, watched> by_number;
  bool woken = false;
};

poller::poller() : kernel_{std::make_unique<kernel>()} {}

poller::~poller() = default;

bool poller::watch(int number, readiness wanted, watcher& by) {
  auto& all = kernel_->by_number;
  const auto [at, is_new] = all.try_emplace(number, kernel_->io, by);
  EXPECTS(is_new);
  const error_code error = at->second.assign(number);
  if (!error) {
    at->second.wait_for(wanted);
    return true;
  }
  all.erase(at);
  errno = error.value();
  return false;
}

void poller::change(int number, readiness wanted, watcher& /*by*/) {
  const auto found = kernel_->by_number.find(number);
  EXPECTS(found != kernel_->by_number.end());
  found->second.wait_for(wanted);
}

void poller::unwatch(int number) noexcept {
  kernel_->by_number.erase(number);
}

bool poller::wait(std::optional<std::chrono::microseconds> most) {
  if (most)
    kernel_->io.run_one_for(*most);
  else
    kernel_->io.run_one();
  for (unsigned i = 1; i < calls_at_once && kernel_->io.poll_one() > 0; ++i) {
  }
  return std::exchange(kernel_->woken, false);
}

void poller::wake() {
  asio::post(kernel_->io, [this] { kernel_->woken = true; });
}

} // namespace spfblock::server
