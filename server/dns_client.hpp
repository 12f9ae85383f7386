// Asks name servers over UDP and TCP: moves octets and keeps time for
// dns::exchange.
#pragma once

#include "core/dns/exchange.hpp"
#include "server/resolver.hpp"

#include <boost/asio/io_context.hpp>

#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <random>
#include <utility>

namespace spfblock::server {

/// A stub resolver (RFC 1034 §5.3.1) that keeps many questions in flight.
///
/// Each query has a UDP socket of its own, connected, so that the kernel picks
/// a random port, drops what comes from elsewhere and reports ICMP errors.
class dns_client : public resolver {
public:
  struct settings {
    dns::exchange_settings exchange;
    std::chrono::milliseconds timeout{2000}; ///< of each step of an exchange
    unsigned in_flight = 256; ///< questions under way at once; others wait
  };

  dns_client(boost::asio::io_context& io, settings by);
  ~dns_client() override;

  void resolve(const dns::question& asked,
               std::function<void(const dns::answer&)> done) override;

  /// Queries sent so far, over UDP and TCP.
  [[nodiscard]] std::uint64_t queries() const noexcept { return queries_; }

private:
  class lookup;
  struct job {
    dns::question asked;
    std::function<void(const dns::answer&)> done;
  };

  void start(job next);
  void finished();

  boost::asio::io_context& io_;
  const std::shared_ptr<const settings> settings_;
  std::random_device random_;
  std::deque<job> waiting_;
  unsigned active_ = 0;
  std::uint64_t queries_ = 0;
  /// Lets lookups that outlive the client know that it is gone.
  std::shared_ptr<dns_client*> self_;
};

} // namespace spfblock::server
