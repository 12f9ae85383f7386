#include "server/serving/pulse.hpp"

#include <boost/asio/post.hpp>

#include <atomic>
#include <cstddef>
#include <memory>
#include <utility>

namespace spfblock::server {

namespace asio = boost::asio;
using boost::system::error_code;

pulse::pulse(asio::io_context& io, const serving_threads& asked)
    : io_{io},
      threads_{asked},
      next_{io} {}

void pulse::start(std::chrono::microseconds interval,
                  std::function<void()> beat) {
  interval_ = interval;
  beat_ = std::move(beat);
  begin_round();
}

void pulse::stop() {
  beat_ = nullptr;
  next_.cancel();
}

void pulse::begin_round() {
  next_.expires_after(interval_);
  const auto silent =
      std::make_shared<std::atomic<std::size_t>>(threads_.count());
  for (const auto& each : threads_.all()) {
    // It may run after the pulse is gone: it looks at what outlives both.
    each->run([this, silent, &io = io_] {
      if (silent->fetch_sub(1) == 1)
        asio::post(io, [this] { end_round(); });
    });
  }
}

void pulse::end_round() {
  if (!beat_)
    return;
  beat_();
  next_.async_wait([this](error_code error) {
    if (!error && beat_)
      begin_round();
  });
}

} // namespace spfblock::server
