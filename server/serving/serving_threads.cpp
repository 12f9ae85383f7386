#include "server/serving/serving_threads.hpp"

#include "core/support/contract.hpp"

#include <algorithm>
#include <cstddef>
#include <utility>

namespace spfblock::server {

/// All end before one is destroyed: they know each other.
serving_threads::~serving_threads() {
  begin_stop(std::chrono::milliseconds{0});
  join();
}

void serving_threads::apply(const config::settings& settings,
                            unsigned most) noexcept {
  limit_.most = std::min(settings.connections, most);
  log_hits_ = settings.log.hits;
}

void serving_threads::start() {
  EXPECTS(!started());
  std::vector<serving_thread*> sharing;
  for (unsigned i = 0; i < count_; ++i) {
    all_.push_back(std::make_unique<serving_thread>(
        table_, log_, limit_, log_hits_, mail_, senders_));
    sharing.push_back(all_.back().get());
  }
  if (count_ > 1)
    for (const auto& each : all_)
      each->share_clients(sharing);
}

unsigned serving_threads::listen(const protocols::spoken& at,
                                 listening_sockets sockets) {
  ++last_number_;
  auto descriptors = sockets.release();
  EXPECTS(descriptors.size() <= all_.size());
  const bool for_all = descriptors.size() < all_.size();
  for (std::size_t i = 0; i < descriptors.size(); ++i)
    all_[i]->listen({last_number_, at, std::move(descriptors[i]),
                     sockets.owner(), for_all});
  auto datagrams = sockets.release_datagrams();
  EXPECTS(datagrams.size() <= all_.size());
  for (std::size_t i = 0; i < datagrams.size(); ++i)
    all_[i]->take_datagrams(std::move(datagrams[i]), at, last_number_);
  return last_number_;
}

void serving_threads::speak(const protocols::spoken& at, unsigned number) {
  for (const auto& each : all_)
    each->speak(at, number);
}

void serving_threads::stop_listening(unsigned number) {
  for (const auto& each : all_)
    each->stop_listening(number);
}

void serving_threads::begin_stop(std::chrono::milliseconds patience) {
  for (const auto& each : all_)
    each->begin_stop(patience);
}

void serving_threads::join() {
  for (const auto& each : all_)
    each->join();
}

protocols::counts serving_threads::counted() const {
  protocols::counts sum;
  for (const auto& each : all_)
    sum += each->totals().so_far();
  return sum;
}

listing_hits serving_threads::hits() const {
  std::vector<const hit_counts*> by_thread;
  by_thread.reserve(all_.size());
  for (const auto& each : all_)
    by_thread.push_back(&each->totals().hits);
  return listing_hits{std::move(by_thread)};
}

std::uint64_t listing_hits::of(std::uint32_t counter) const {
  std::uint64_t sum = 0;
  for (const hit_counts* each : by_thread_)
    sum += each->of(counter);
  return sum;
}

} // namespace spfblock::server
