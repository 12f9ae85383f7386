#include "server/serving/event_loop.hpp"

#include "core/support/contract.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <span>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <system_error>
#include <utility>

namespace spfblock::server {

namespace {

/// How many are called between two looks at what was posted.
constexpr std::size_t calls_at_once = 256;

epoll_event event_for(std::uint32_t events, event_loop::watcher* by) noexcept {
  epoll_event made{};
  made.events = events;
  made.data.ptr = by;
  return made;
}

descriptor opened(int number, const char* what) {
  if (number < 0)
    throw std::system_error{errno, std::generic_category(), what};
  return descriptor{number};
}

} // namespace

event_loop::event_loop()
    : epoll_{opened(::epoll_create1(EPOLL_CLOEXEC), "epoll_create1")},
      posted_event_{
          opened(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK), "eventfd")} {
  auto wanted = event_for(EPOLLIN, nullptr);
  if (::epoll_ctl(epoll_.number(), EPOLL_CTL_ADD, posted_event_.number(),
                  &wanted) != 0)
    throw std::system_error{errno, std::generic_category(), "epoll_ctl"};
}

bool event_loop::watch(int number, std::uint32_t events, watcher& by) noexcept {
  auto wanted = event_for(events, &by);
  return ::epoll_ctl(epoll_.number(), EPOLL_CTL_ADD, number, &wanted) == 0;
}

void event_loop::change(int number, std::uint32_t events,
                        watcher& by) noexcept {
  auto wanted = event_for(events, &by);
  const int done = ::epoll_ctl(epoll_.number(), EPOLL_CTL_MOD, number, &wanted);
  EXPECTS(done == 0);
}

void event_loop::unwatch(int number) noexcept {
  ::epoll_ctl(epoll_.number(), EPOLL_CTL_DEL, number, nullptr);
}

void event_loop::post(task what) {
  {
    const std::lock_guard lock{mutex_};
    posted_.push_back(std::move(what));
  }
  // Fails only where the counter is full: the loop is to wake up already.
  ::eventfd_write(posted_event_.number(), 1);
}

void event_loop::after(std::chrono::milliseconds delay, task what) {
  due_.emplace(clock::now() + delay, std::move(what));
}

void event_loop::run() {
  std::array<epoll_event, calls_at_once> events{};
  while (!ended_) {
    const int count = ::epoll_wait(epoll_.number(), events.data(),
                                   static_cast<int>(events.size()), timeout());
    EXPECTS(count >= 0 || errno == EINTR);
    bool posted = false;
    const auto size = static_cast<std::size_t>(std::max(count, 0));
    for (const epoll_event& each : std::span{events}.first(size)) {
      if (each.data.ptr == nullptr)
        posted = true;
      else
        static_cast<watcher*>(each.data.ptr)->ready(each.events);
    }
    run_due();
    if (posted)
      run_posted();
  }
}

/// How long epoll_wait(2) may wait: milliseconds, -1 for ever.
int event_loop::timeout() const {
  if (due_.empty())
    return -1;
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(
      due_.begin()->first - clock::now());
  constexpr std::chrono::milliseconds::rep longest = 60'000;
  return static_cast<int>(
      std::clamp<std::chrono::milliseconds::rep>(left.count(), 0, longest));
}

void event_loop::run_due() {
  while (!due_.empty() && due_.begin()->first <= clock::now())
    due_.extract(due_.begin()).mapped()();
}

void event_loop::run_posted() {
  eventfd_t ignored = 0;
  ::eventfd_read(posted_event_.number(), &ignored);
  std::vector<task> tasks;
  {
    const std::lock_guard lock{mutex_};
    tasks.swap(posted_);
  }
  for (task& each : tasks)
    each();
}

} // namespace spfblock::server
