#include "server/system/alarm.hpp"

#include <boost/system/error_code.hpp>

#include <utility>

namespace spfblock::server {

alarm::alarm(boost::asio::io_context& io, std::function<void()> ring)
    : timer_{io},
      ring_{std::move(ring)} {}

void alarm::set(moment at) {
  if (at >= rings_at_)
    return;
  rings_at_ = at;
  wait_.end();
  timer_.expires_at(at);
  timer_.async_wait(wait_.guarded([this](boost::system::error_code error) {
    if (error)
      return;
    rings_at_ = moment::max();
    ring_();
  }));
}

void alarm::stop() {
  rings_at_ = moment::min();
  wait_.end();
  timer_.cancel();
}

} // namespace spfblock::server
