// The poller over epoll(7) and eventfd(2).
#include "core/support/contract.hpp"
#include "server/system/descriptor.hpp"
#include "server/system/poller.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <ctime>
#include <span>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <system_error>

namespace spfblock::server {

namespace {

/// How many are called by one wait.
constexpr std::size_t calls_at_once = 256;

std::uint32_t events_of(readiness wanted) noexcept {
  switch (wanted) {
  case readiness::none: return 0;
  case readiness::readable: return EPOLLIN;
  case readiness::writable: return EPOLLOUT;
  }
  return 0;
}

epoll_event event_for(readiness wanted, poller::watcher* by) noexcept {
  epoll_event made{};
  made.events = events_of(wanted);
  made.data.ptr = by;
  return made;
}

descriptor opened(int number, const char* what) {
  if (number < 0)
    throw std::system_error{errno, std::generic_category(), what};
  return descriptor{number};
}

using milliseconds = std::chrono::milliseconds;
using microseconds = std::chrono::microseconds;

/// What epoll_wait(2) takes: milliseconds, -1 for ever.
int timeout(std::optional<microseconds> most) {
  if (!most)
    return -1;
  constexpr milliseconds::rep longest = 60'000;
  return static_cast<int>(std::clamp<milliseconds::rep>(
      std::chrono::ceil<milliseconds>(*most).count(), 0, longest));
}

/// epoll_wait(2), and by a call of finer time where that matters.
int wait_for_events(int epoll, std::span<epoll_event> into,
                    std::optional<microseconds> most) {
  const auto size = static_cast<int>(into.size());
#if defined(__GLIBC__) && (__GLIBC__ > 2 || __GLIBC_MINOR__ >= 35)
  if (most && *most > microseconds{0} && *most < milliseconds{10}) {
    const timespec time{0, std::chrono::nanoseconds{*most}.count()};
    const int count = ::epoll_pwait2(epoll, into.data(), size, &time, nullptr);
    if (count >= 0 || errno == EINTR)
      return count; // else the kernel does not have it
  }
#endif
  return ::epoll_wait(epoll, into.data(), size, timeout(most));
}

} // namespace

struct poller::kernel {
  descriptor epoll = opened(::epoll_create1(EPOLL_CLOEXEC), "epoll_create1");
  descriptor woken =
      opened(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK), "eventfd");
};

poller::poller() : kernel_{std::make_unique<kernel>()} {
  auto wanted = event_for(readiness::readable, nullptr);
  if (::epoll_ctl(kernel_->epoll.number(), EPOLL_CTL_ADD,
                  kernel_->woken.number(), &wanted) != 0)
    throw std::system_error{errno, std::generic_category(), "epoll_ctl"};
}

poller::~poller() = default;

bool poller::watch(int number, readiness wanted, watcher& by) {
  auto event = event_for(wanted, &by);
  return ::epoll_ctl(kernel_->epoll.number(), EPOLL_CTL_ADD, number, &event) ==
         0;
}

void poller::change(int number, readiness wanted, watcher& by) {
  auto event = event_for(wanted, &by);
  const int done =
      ::epoll_ctl(kernel_->epoll.number(), EPOLL_CTL_MOD, number, &event);
  EXPECTS(done == 0);
}

void poller::unwatch(int number) noexcept {
  ::epoll_ctl(kernel_->epoll.number(), EPOLL_CTL_DEL, number, nullptr);
}

bool poller::wait(std::optional<microseconds> most) {
  std::array<epoll_event, calls_at_once> events; // what is used is written
  const int count = wait_for_events(kernel_->epoll.number(), events, most);
  EXPECTS(count >= 0 || errno == EINTR);
  bool woken = false;
  const auto size = static_cast<std::size_t>(std::max(count, 0));
  for (const epoll_event& each : std::span{events}.first(size)) {
    if (each.data.ptr == nullptr)
      woken = true;
    else
      static_cast<watcher*>(each.data.ptr)->ready();
  }
  if (woken) {
    eventfd_t ignored = 0;
    ::eventfd_read(kernel_->woken.number(), &ignored);
  }
  return woken;
}

void poller::wake() {
  // Fails only where the counter is full: a wait() is to end already.
  ::eventfd_write(kernel_->woken.number(), 1);
}

} // namespace spfblock::server
